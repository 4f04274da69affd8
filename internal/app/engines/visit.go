package engines

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Visit has Docker engines that are looked at together, by an owner that has nothing there: what emulators have left.
type Visit []*docker.Engine

// OpenVisit opens the engines of places. All must answer: of one that does not, what an owner has there is not known.
func OpenVisit(ctx context.Context, places []Place) (v Visit, err error) {
	var swarm *docker.Swarm
	if Named(places) {
		swarm = docker.NewSwarm(docker.SwarmOptions{Names: names(places)})
	}
	owner := arn.NewID()
	for _, p := range places {
		engine, err := docker.Open(ctx, docker.Options{Host: p.Host, Owner: owner, Name: p.Name, Swarm: swarm})
		if err != nil {
			v.Close()
			return nil, of(p, err)
		}
		v = append(v, engine)
	}
	if swarm != nil {
		if err := swarm.Check(ctx); err != nil {
			v.Close()
			return nil, err
		}
	}
	return v, nil
}

// of adds which engine an error is about.
func of(p Place, err error) error {
	if p.Name == "" {
		return err
	}
	return fmt.Errorf("engine %s: %w", p.Name, err)
}

// Close closes the engines.
func (v Visit) Close() {
	for _, engine := range v {
		_ = engine.Close() // nothing was begun there
	}
}

// Owners are the owners on all engines, by id, with what they have together.
func (v Visit) Owners(ctx context.Context) ([]docker.Owner, error) {
	var all []docker.Owner
	for _, engine := range v {
		found, err := engine.Owners(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return joined(all), nil
}

// RemoveOwner removes all that an owner has, shared volumes only if asked to. A network of several engines goes when nothing is
// there any more.
func (v Visit) RemoveOwner(ctx context.Context, id string, shared bool) error {
	turns := min(len(v), 2)
	for range turns {
		var errs []error
		for _, engine := range v {
			_, err := engine.RemoveOwner(ctx, id, shared)
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

// aliveness orders states: an owner is what it is on the engine where most speaks for its life.
var aliveness = []string{"dead", "unknown", "kept", "live"}

// joined has each owner once.
func joined(all []docker.Owner) []docker.Owner {
	sorting.By(all, func(a, b docker.Owner) int { return strings.Compare(a.ID, b.ID) })
	var owners []docker.Owner
	for _, o := range all {
		last := len(owners) - 1
		if last < 0 || owners[last].ID != o.ID {
			owners = append(owners, o)
			continue
		}
		owners[last] = both(owners[last], o)
	}
	return owners
}

// both is what an owner has on two engines.
func both(a, b docker.Owner) docker.Owner {
	if slices.Index(aliveness, string(b.State)) > slices.Index(aliveness, string(a.State)) {
		a, b = b, a
	}
	a.Containers, a.Volumes, a.SharedVolumes = a.Containers+b.Containers, a.Volumes+b.Volumes, a.SharedVolumes+b.SharedVolumes
	a.Networks = a.Networks + b.Networks - len(b.Overlays)
	a.Overlays = slices.Clone(a.Overlays)
	for _, id := range b.Overlays {
		if !slices.Contains(a.Overlays, id) { // one that both engines have
			a.Overlays = append(a.Overlays, id)
			a.Networks++
		}
	}
	if b.State == a.State && b.Grace.Left > a.Grace.Left {
		a.Grace = b.Grace
	}
	if a.Directory == "" {
		a.Directory = b.Directory
	}
	return a
}
