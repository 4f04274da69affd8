package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
)

// OwnerState says whether what an owner has on the engine is still needed.
type OwnerState string

// Values of Owner.State.
const (
	// OwnerLive is an emulator that runs.
	OwnerLive OwnerState = "live"
	// OwnerKept does not run, but its data directory is there: its next start takes
	// over what it has.
	OwnerKept OwnerState = "kept"
	// OwnerDead never comes back.
	OwnerDead OwnerState = "dead"
	// OwnerUnknown does not run, and its data directory cannot be seen from here, or cannot be
	// told from another one.
	OwnerUnknown OwnerState = "unknown"
)

// Owner is an emulator that has containers, networks or volumes on a Docker engine.
type Owner struct {
	ID    string
	State OwnerState
	// Lapse is set if State is OwnerLive for a limited time only.
	Lapse Lapse
	// Directory is the data directory: the present one if it was moved. It is empty for an owner
	// without one, whose things do not outlive its process.
	Directory string
	// Containers counts the containers of tasks, their sandboxes, and warm sandboxes for later
	// tasks.
	Containers, Networks, Volumes int
	// SwarmNetworks counts the networks among these that are of a Docker swarm. They go when all engines of their owner are named.
	SwarmNetworks int
	// SharedVolumes counts the volumes that outlive their owner.
	SharedVolumes int
}

// Lapse is why an owner counts as live although its connection to the engine is gone: it has
// ended, or it is cut off and about to connect again.
type Lapse struct {
	// Since is how long ago the connection broke, by the engine's clock.
	Since time.Duration
	// Left is how much longer the owner counts as live.
	Left time.Duration
	// Then is the owner's state after that, if it does not connect again.
	Then OwnerState
}

// String is the explanation for a person.
func (l Lapse) String() string {
	left := (l.Left + time.Second - 1).Truncate(time.Second) // never too early
	return fmt.Sprintf("it ended or was cut off %s ago; in case it connects again, it counts as live for another %s, then as %s",
		l.Since.Truncate(time.Second), left, l.Then)
}

// PruneOptions say which owners' things Prune removes. Without Owners and Dead it removes nothing.
type PruneOptions struct {
	// Engine is "docker", context:NAME, the URL of a Docker engine, or the names and places of several, as Options.Engine
	// has them. Default "docker".
	Engine string
	// Owners are ids, as Owners lists them.
	Owners []string
	// Dead adds the owners that never come back.
	Dead bool
	// SharedVolumes also removes volumes that outlive their owner: Docker volumes of scope
	// shared, file systems, and EBS volumes that tasks left behind.
	SharedVolumes bool
	// Force also removes the things of a running emulator that Owners names.
	Force bool
}

// Owners lists the emulators that have something on an engine: "docker", context:NAME or its URL; or on several engines
// together, as Options.Engine names them.
func Owners(ctx context.Context, engine string) ([]Owner, error) {
	visit, err := openForPrune(ctx, engine)
	if err != nil {
		return nil, err
	}
	defer visit.Close()
	return ownersOn(ctx, visit)
}

// Prune removes what some owners have on an engine, or on several, and returns those owners. If one
// of them is unknown, or runs and there is no Force, nothing is removed.
func Prune(ctx context.Context, opts PruneOptions) ([]Owner, error) {
	visit, err := openForPrune(ctx, opts.Engine)
	if err != nil {
		return nil, err
	}
	defer visit.Close()
	all, err := ownersOn(ctx, visit)
	if err != nil {
		return nil, err
	}
	chosen, err := opts.choose(all)
	if err != nil {
		return nil, err
	}
	for i, owner := range chosen {
		if err := visit.RemoveOwner(ctx, owner.ID, opts.SharedVolumes); err != nil {
			return chosen[:i], fmt.Errorf("remove what %s has: %w", owner.ID, err)
		}
	}
	return chosen, nil
}

// choose picks the owners whose things go.
func (o PruneOptions) choose(all []Owner) ([]Owner, error) {
	for _, id := range o.Owners {
		i := slices.IndexFunc(all, func(owner Owner) bool { return owner.ID == id })
		switch {
		case i < 0:
			return nil, fmt.Errorf("no owner %s has anything on the engine", id)
		case all[i].Lapse.Left > 0 && !o.Force:
			return nil, fmt.Errorf("owner %s may be an emulator that runs: %s; before that, only force removes what it has", id, all[i].Lapse)
		case all[i].State == OwnerLive && !o.Force:
			return nil, fmt.Errorf("owner %s is an emulator that runs: only force removes what it has", id)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(owner Owner) bool {
		named := slices.Contains(o.Owners, owner.ID)
		keeps := !o.SharedVolumes && owner.SharedVolumes > 0 && owner.Containers+owner.Networks+owner.Volumes == 0
		return !named && (!o.Dead || owner.State != OwnerDead || keeps)
	}), nil
}

// ownersOn lists the emulators that have something on engines, by id.
func ownersOn(ctx context.Context, on engines.Visit) ([]Owner, error) {
	found, err := on.Owners(ctx)
	if err != nil {
		return nil, err
	}
	owners := make([]Owner, len(found))
	for i, o := range found {
		owners[i] = Owner{
			ID: o.ID, State: OwnerState(o.State), Lapse: Lapse{o.Grace.Since, o.Grace.Left, OwnerState(o.Grace.Then)},
			Directory: o.Directory, Containers: o.Containers, Networks: o.Networks, Volumes: o.Volumes, SharedVolumes: o.SharedVolumes,
			SwarmNetworks: len(o.Overlays),
		}
	}
	return owners, nil
}

// openForPrune opens engines for an owner that has nothing.
func openForPrune(ctx context.Context, engine string) (engines.Visit, error) {
	places, err := engines.Parse(cmp.Or(engine, "docker"))
	if err != nil {
		return nil, err
	}
	if places[0].Kind == engines.Sim {
		return nil, errors.New("the simulated engine keeps nothing: there is nothing to prune")
	}
	return engines.OpenVisit(ctx, places)
}
