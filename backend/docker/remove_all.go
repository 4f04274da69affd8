package docker

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// RemoveAll implements backend.Engine. The heartbeat goes last, so that the rest
// of an interrupted call still has an owner that is plainly dead or alive. The networks of a swarm go when no engine of it
// has a container of the owner's.
func (e *Engine) RemoveAll(ctx context.Context) error {
	e.warm.Empty(ctx)
	dropped := errors.Join(e.relay.Drop(ctx), e.resolvers.Drop(ctx), e.spares.Drop(ctx))
	e.stats.Close(ctx)
	listed, err := e.owners.RemoveOwn(ctx)
	if !listed {
		return err
	}
	if e.swarm != nil {
		err = errors.Join(err, e.networks.RemoveUnused(ctx))
	}
	e.limits.RemoveLost(ctx)
	e.networks.Forget(ctx, func(string, vpcnet.Network) bool { return true })
	e.wayOut.Forget()
	e.direct.Reset()
	e.sandboxes.Clear()
	e.leases.Clear()
	e.commands.ForgetAll()
	e.containers.ForgetAll()
	e.claims.ForgetAll()
	return dockerapi.Classify(errors.Join(err, dropped, e.limits.Close(ctx), e.heartbeat.Drop(ctx)))
}
