package docker

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
)

// Close implements backend.Engine. It removes the warm sandboxes. For the sweep of
// other emulators the owner is dead from now on, unless it has a data directory.
func (e *Engine) Close() error {
	farewell, cancel := context.WithTimeout(context.Background(), warmFarewell)
	defer cancel()
	e.warm.Disable()
	e.warm.Empty(farewell)
	if err := e.relay.Close(farewell); err != nil {
		e.log.Debug("relay not removed", "error", err)
	}
	if err := e.resolvers.Close(farewell); err != nil {
		e.log.Debug("a DNS server of a VPC is still being made", "error", err)
	}
	if err := e.spares.Close(farewell); err != nil {
		e.log.Debug("a spare container is still being made", "error", err)
	}
	e.stats.Close(farewell)
	if err := e.limits.Close(farewell); err != nil {
		e.log.Debug("cgroup manager not removed", "error", err)
	}
	if e.owner.Durable() {
		e.leaveNetworks()
		e.owners.Leave()
	}
	return e.letGo()
}

// letGo is Close of an engine that has nothing of this run: neither it nor others of its swarm are asked for anything.
func (e *Engine) letGo() error {
	e.swarm.leave(e)
	e.close()
	e.sessions.Close()
	e.commands.Close()
	e.heartbeat.HangUp()
	return e.client.Close()
}

// leaveNetworks removes the networks of a swarm that no engine has a container on, because each keeps a range of addresses from
// all others. The engines are closed together, so warm sandboxes of the others are of no more use. Where none of the
// engines has begun anything there is nothing to tidy up: the start may have failed.
func (e *Engine) leaveNetworks() {
	engines := e.swarm.with(e)
	if e.swarm == nil || !slices.ContainsFunc(engines, func(on *Engine) bool { return on.heartbeat.ID() != "" }) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmFarewell)
	defer cancel()
	silence.AskEach(ctx, silences(engines), warmFarewell, func(ctx context.Context, i int, _ *silence.Silence) error {
		engines[i].warm.Empty(ctx)
		return nil
	})
	if err := e.networks.RemoveUnused(ctx); err != nil {
		e.log.Debug("networks of the swarm are not removed at the end", "error", err)
	}
}
