package dockerapi

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// Manages asks whether the engine manages a swarm, which has a leader. An engine that does not is an error.
func (c Client) Manages(ctx context.Context) error {
	_, err := c.SwarmInspect(ctx, client.SwarmInspectOptions{})
	return err
}

// HasNode asks a manager whether an engine is in its swarm.
func (c Client) HasNode(ctx context.Context, id string) (bool, error) {
	_, err := c.NodeInspect(ctx, id, client.NodeInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}
