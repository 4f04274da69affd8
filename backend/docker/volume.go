package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
)

// RemoveVolume implements backend.Engine. A volume of that name which is not the
// owner's stays: for the owner there is none.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	found, err := e.client.VolumeInspect(ctx, name)
	if err == nil && found.Labels[ownerLabel] == e.owner {
		err = e.client.VolumeRemove(ctx, name, true)
	}
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	return engineError(err)
}

// removeVolume removes a volume of whatever owner.
func (e *Engine) removeVolume(ctx context.Context, name string) error {
	return e.client.VolumeRemove(ctx, name, true)
}
