package docker

import (
	"context"
	"time"

	"github.com/docker/docker/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
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
	own := ownContainerOf(found)
	e.self.value.Store(&own)
	return nil
}

// ForgetSandboxImage has the engine rely on an image that was removed.
func (e *Engine) ForgetSandboxImage() {
	wiped := "ecs-emulator/sandbox:wiped"
	e.sandboxImage.value.Store(&wiped)
}

// PullWithin is Pull with another patience.
func (e *Engine) PullWithin(ctx context.Context, spec backend.PullSpec, patience time.Duration) error {
	return e.pull(ctx, spec, patience)
}
