package docker

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
)

// Owner is an emulator that has things on the engine.
type Owner = owner.Owner

// Owners lists the emulators that have things on the engine, by name.
func (e *Engine) Owners(ctx context.Context) ([]Owner, error) { return e.owners.Owners(ctx) }

// RemoveOwner removes all that an owner has, shared volumes only if asked to, and returns
// how many things that were. Whether it may go is the caller's decision. A network of a swarm goes with what the last engine has
// there, and stays where another engine that is not among these may have something.
func (e *Engine) RemoveOwner(ctx context.Context, id string, shared bool) (removed int, err error) {
	removed, err = e.owners.RemoveOwner(ctx, id, shared)
	if err == nil && e.swarm != nil {
		var n int
		n, err = e.swarm.removeOwner(ctx, id)
		removed += n
	}
	return removed, err
}

// Sweep implements backend.Sweeper.
func (e *Engine) Sweep(ctx context.Context) (removed int, err error) {
	removed, err = e.owners.Sweep(ctx)
	if err == nil && e.swarm != nil {
		var n int
		n, err = e.swarm.sweep(ctx, e.owner.Name)
		removed += n
	}
	return removed, err
}
