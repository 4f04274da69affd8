package docker

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
)

// What an emulator has on an engine; see package owner.
type (
	// Owner is an emulator that has things on the engine.
	Owner = owner.Owner
	// OwnerState says whether what an owner has on the engine is still needed.
	OwnerState = owner.State
)

// Values of Owner.State.
const (
	OwnerLive    = owner.Live    // an emulator that runs
	OwnerKept    = owner.Kept    // it does not run, but its data directory is there
	OwnerDead    = owner.Dead    // it never comes back
	OwnerUnknown = owner.Unknown // its data directory cannot be seen from here
)

// Owners lists the emulators that have things on the engine, by name.
func (e *Engine) Owners(ctx context.Context) ([]Owner, error) { return e.owners.Owners(ctx) }

// RemoveOwner removes all that an owner has, shared volumes only if asked to, and returns
// how many things that were. Whether it may go is the caller's decision.
func (e *Engine) RemoveOwner(ctx context.Context, id string, shared bool) (removed int, err error) {
	return e.owners.RemoveOwner(ctx, id, shared)
}

// Sweep implements backend.Sweeper.
func (e *Engine) Sweep(ctx context.Context) (removed int, err error) { return e.owners.Sweep(ctx) }
