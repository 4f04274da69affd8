package emulator

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
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
	// OwnerUnknown does not run and has a data directory that cannot be seen from
	// here, or may be another one than what is seen.
	OwnerUnknown OwnerState = "unknown"
)

// Owner is an emulator that has containers, networks or volumes on a Docker engine.
type Owner struct {
	ID    string
	State OwnerState
	// Lapse is set where State is OwnerLive for a while only.
	Lapse Lapse
	// Directory is the data directory: the one that is there if it was moved. Empty
	// is an owner without one, of which nothing outlives its process.
	Directory string
	// Containers counts those of tasks, with their sandboxes and those that are kept
	// started for tasks to come.
	Containers, Networks, Volumes int
	// SharedVolumes counts those that outlive their owner.
	SharedVolumes int
}

// Lapse is why an owner counts as live although its connection to the engine is gone: it has
// ended, or it is cut off and about to connect again.
type Lapse struct {
	// Since is for how long the connection is gone, by the engine's clock.
	Since time.Duration
	// Left is for how much longer the owner counts as live.
	Left time.Duration
	// Then is what the owner is after that, if it does not connect again.
	Then OwnerState
}

// String is the explanation for a person.
func (l Lapse) String() string {
	left := (l.Left + time.Second - 1).Truncate(time.Second) // never too early
	return fmt.Sprintf("it ended or was cut off %s ago; in case it connects again, it counts as live for another %s, then as %s",
		l.Since.Truncate(time.Second), left, l.Then)
}

// ownersOn lists the emulators that have something on an engine, by id.
func ownersOn(ctx context.Context, e *docker.Engine) ([]Owner, error) {
	found, err := e.Owners(ctx)
	if err != nil {
		return nil, err
	}
	owners := make([]Owner, len(found))
	for i, o := range found {
		owners[i] = Owner{
			ID: o.ID, State: OwnerState(o.State), Lapse: Lapse{o.Grace.Since, o.Grace.Left, OwnerState(o.Grace.Then)},
			Directory: o.Directory, Containers: o.Containers, Networks: o.Networks, Volumes: o.Volumes, SharedVolumes: o.SharedVolumes,
		}
	}
	return owners, nil
}
