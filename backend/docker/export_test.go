package docker

import (
	"context"

	"github.com/docker/docker/client"
)

// DialInside makes Dial take the way through the engine, as for a remote one.
func (e *Engine) DialInside() {
	no := false
	e.direct.value.Store(&no)
}

// RunInContainer has the engine believe that this process runs in a container.
func (e *Engine) RunInContainer(ctx context.Context, cli *client.Client, id string) error {
	found, err := cli.ContainerInspect(ctx, id)
	if err != nil {
		return err
	}
	own := ownContainer{id: found.ID}
	for _, endpoint := range found.NetworkSettings.Networks {
		own.networks = append(own.networks, endpoint.NetworkID)
	}
	e.self.value.Store(&own)
	return nil
}
