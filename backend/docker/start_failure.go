package docker

import (
	"context"
	"errors"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// whyNotStarted gives the error of a start the meaning backend.ErrNoSandbox if a sandbox that the
// container needs does not run. It looks at the sandboxes, since the engine's words differ from one
// version to the next. Otherwise the error has the meaning that it has on a network of a swarm.
// Source: Moby daemon/container_operations.go, 20.10 and 28.5: "cannot join network of a non
// running container" became "cannot join network namespace of a non running container".
func (e *Engine) whyNotStarted(ctx context.Context, id string, why error) error {
	if why == nil || ctx.Err() != nil || dockerapi.Lost(why) && !vpcnet.NotAttached(why) {
		return why
	}
	found, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return why
	}
	for _, sandbox := range needs(found) {
		if errors.Is(e.containers.ExpectRunning(ctx, sandbox), backend.ErrNoSandbox) {
			return dockerapi.WithMeaning(why, backend.ErrNoSandbox)
		}
	}
	return e.networks.WhyNotAttached(ctx, found, why)
}

// needs are the sandboxes that have to run for a container to start: those whose limits, network,
// processes or IPC it shares.
func needs(c container.InspectResponse) (sandboxes []string) {
	for _, id := range []string{
		c.Config.Labels[label.BoundKey], c.HostConfig.NetworkMode.ConnectedContainer(),
		c.HostConfig.PidMode.Container(), c.HostConfig.IpcMode.Container(),
	} {
		if id != "" {
			sandboxes = append(sandboxes, id)
		}
	}
	return sandboxes
}
