package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
)

// RemoveVolume implements backend.Engine.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	err := e.client.VolumeRemove(ctx, name, true)
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	return engineError(err)
}
