package owner

import (
	"context"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// Sweep removes what dead owners have, but for shared volumes, which outlive their owners; see
// backend.Sweeper. It counts containers, networks and volumes, not the heartbeats, which go too. An
// owner counts as dead some seconds after its process died, so call Sweep now and then, not only at
// the start.
func (r *Registry) Sweep(ctx context.Context) (removed int, err error) {
	all, owners, err := r.census(ctx)
	if err != nil {
		return 0, err
	}
	left := all.filter(func(labels map[string]string) bool {
		id := labels[label.OwnerKey]
		return id != r.Owner.Name && owners[id].State == Dead && !isShared(labels)
	})
	removed, err = r.removeProperty(ctx, left)
	if removed > 0 {
		r.Log.Info("removed resources of emulators that died", "removed", removed)
	}
	return removed, dockerapi.Classify(err)
}

// RemoveOwn removes all that this process's owner has, but for shared volumes and the heartbeat, which
// goes last: one that is just being made, for what is made at the same time, stays as well. Unless listed, it has removed
// nothing.
func (r *Registry) RemoveOwn(ctx context.Context) (listed bool, err error) {
	all, err := r.listProperty(ctx, r.Owner.Filter(nil))
	if err != nil {
		return false, fmt.Errorf("remove all: %w", dockerapi.Classify(err))
	}
	all.heartbeats = slices.DeleteFunc(all.heartbeats, r.Heartbeat.has)
	_, err = r.removeProperty(ctx, all.filter(func(labels map[string]string) bool { return !isShared(labels) }))
	return true, err
}
