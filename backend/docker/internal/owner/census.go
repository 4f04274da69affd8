// Package owner tells which emulators have things on an engine, which of them still live, and removes
// what the dead have left.
package owner

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// State says whether what an owner has on the engine is still needed.
type State string

// Values of Owner.State.
const (
	// Live is an emulator that runs.
	Live State = "live"
	// Kept is one that does not run, but its data directory is there: its next start takes
	// over what it has.
	Kept State = "kept"
	// Dead is one that never comes back.
	Dead State = "dead"
	// Unknown is one that does not run, and whose data directory cannot be seen from
	// here, or may be another one than what is seen.
	Unknown State = "unknown"
)

// Owner is an emulator that has things on the engine.
type Owner struct {
	ID    string
	State State
	// Grace is set where State is Live for a while only.
	Grace Grace
	// Directory is the data directory: the one that is there if it was moved. Empty
	// is an owner without one, of which nothing outlives its process.
	Directory string
	// Containers counts those of tasks and load balancers, with their sandboxes and those that
	// are kept started for tasks to come.
	Containers, Networks, Volumes int
	// Overlays are the ids of the networks that are of a swarm: other engines may have them, too.
	Overlays []string
	// SharedVolumes counts those that outlive their owner.
	SharedVolumes int
}

// Registry is the owners on an engine.
type Registry struct{ Options }

// Options are what a Registry needs; all are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Owner      label.Owner // of this process
	Limits     *limits.Manager
	Networks   *vpcnet.Networks
	Heartbeat  *Heartbeat // of Owner
	Log        *slog.Logger
}

// New returns the owners on an engine.
func New(o Options) *Registry { return &Registry{o} }

// judge decides about an owner as a whole: of an owner with a data directory nothing is removed, not
// even things of a run without that directory. alive says that its heartbeat runs, or may run again;
// homes are the states of the directories that its things name; none is an owner without a directory.
func judge(alive bool, homes []dirState) State {
	switch {
	case alive:
		return Live
	case slices.Contains(homes, present):
		return Kept
	case slices.Contains(homes, unclear):
		return Unknown
	default:
		return Dead
	}
}

// Owners lists the emulators that have things on the engine, by name.
func (r *Registry) Owners(ctx context.Context) ([]Owner, error) {
	_, judged, err := r.census(ctx)
	if err != nil {
		return nil, err
	}
	return sorting.Sorted(maps.Values(judged), func(a, b Owner) int { return strings.Compare(a.ID, b.ID) }), nil
}

// RemoveOwner removes all that an owner has, shared volumes only if asked to, and returns
// how many things that were. Whether it may go is the caller's decision.
func (r *Registry) RemoveOwner(ctx context.Context, id string, shared bool) (removed int, err error) {
	all, err := r.listProperty(ctx, label.OwnedBy(id))
	if err != nil {
		return 0, fmt.Errorf("list what %s has: %w", id, dockerapi.Classify(err))
	}
	volumes := slices.DeleteFunc(slices.Clone(all.volumes), func(v volume.Volume) bool { return !isShared(v.Labels) })
	removed, err = r.removeProperty(ctx, all.filter(func(labels map[string]string) bool { return !isShared(labels) }))
	if err == nil && shared {
		var n int
		n, err = r.removeShared(ctx, volumes)
		removed += n
	}
	return removed, dockerapi.Classify(err)
}

// census finds what all owners have, and judges them.
func (r *Registry) census(ctx context.Context) (property, map[string]Owner, error) {
	// Owners start their heartbeat first. So what is listed before the heartbeats
	// belongs to an owner whose heartbeat, if it lives, is in the later list.
	all, err := r.listProperty(ctx, make(client.Filters).Add("label", label.OwnerKey))
	if err != nil {
		return all, nil, fmt.Errorf("list what emulators have: %w", dockerapi.Classify(err))
	}
	lives, err := r.livenesses(ctx)
	if err != nil {
		return all, nil, fmt.Errorf("list living emulators: %w", dockerapi.Classify(err))
	}
	judged, from := map[string]Owner{}, vantageFrom(r.Owner.Place)
	for id, places := range all.places() {
		judged[id] = assess(id, places, from, lives[id])
	}
	all.count(judged)
	return all, judged, nil
}

// assess looks for an owner's directories and judges it by them.
func assess(id string, places []label.Place, from vantage, life liveness) Owner {
	owner := Owner{ID: id}
	var homes []dirState
	for _, p := range places {
		home := dirStateOf(id, p, from)
		homes = append(homes, home)
		if owner.Directory == "" || home == present {
			owner.Directory = p.Directory
		}
	}
	owner.State = judge(life.alive(), homes)
	if life.left > 0 {
		owner.Grace = Grace{life.since, life.left, judge(false, homes)}
	}
	return owner
}

// places are those that the things of each owner name, once each.
func (p property) places() map[string][]label.Place {
	places := map[string][]label.Place{}
	for _, labels := range p.labels() {
		id, at := labels[label.OwnerKey], label.PlaceOf(labels)
		known := places[id]
		if (at.Directory != "" || labels[label.DurableKey] != "") && !slices.Contains(known, at) {
			known = append(known, at)
		}
		places[id] = known
	}
	return places
}

// count adds what each owner has.
func (p property) count(owners map[string]Owner) {
	add := func(labels map[string]string, field func(*Owner) *int) {
		owner := owners[labels[label.OwnerKey]]
		*field(&owner)++
		owners[labels[label.OwnerKey]] = owner
	}
	for _, c := range p.containers {
		add(c.Labels, func(o *Owner) *int { return &o.Containers })
	}
	for _, n := range slices.Concat(p.networks, p.overlays) {
		add(n.Labels, func(o *Owner) *int { return &o.Networks })
	}
	for _, n := range p.overlays {
		owner := owners[n.Labels[label.OwnerKey]]
		owner.Overlays = append(owner.Overlays, n.ID)
		owners[n.Labels[label.OwnerKey]] = owner
	}
	for _, v := range p.volumes {
		if v.Labels[label.KindKey] == string(label.Witness) {
			continue
		}
		add(v.Labels, func(o *Owner) *int {
			if isShared(v.Labels) {
				return &o.SharedVolumes
			}
			return &o.Volumes
		})
	}
}
