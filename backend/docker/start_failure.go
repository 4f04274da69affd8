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

// bring has a network of the swarm be on the engine for a sandbox that was not started because the engine does not know it. An
// engine learns of a network with the first container that is on that one alone, and a sandbox is on a way out as well.
func (e *Engine) bring(ctx context.Context, id string) bool {
	found, err := e.client.ContainerInspect(ctx, id)
	if err != nil || e.swarm == nil {
		return false
	}
	vpc, err := e.networks.Named(ctx, found.HostConfig.NetworkMode.NetworkName())
	if err == nil {
		err = e.bringNetwork(ctx, vpc)
	}
	if err != nil {
		e.log.Debug("a network of the swarm is not brought to the engine", "container", id, "error", err)
	}
	return err == nil
}

func (e *Engine) bringNetwork(ctx context.Context, vpc vpcnet.Network) error {
	if !vpc.Overlay {
		return errors.New("the network is no swarm's")
	}
	return e.spares.Ensure(ctx, vpc)
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
