package placer

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

const patience = state.WaitsAtMost

// look is how soon it is tried again to place a task whose constraints ask for tasks of other groups:
// one of these that is placed takes room, so that no change says that there may be a place now.
const look = time.Minute

// mostChanges is how many tasks one plan changes: a plan is one transaction, which keeps all others
// waiting.
const mostChanges = 200

// Input is what a decision about the tasks of a cluster that wait is made from.
type Input struct {
	// Waiting are the tasks, in any order, those that shall stop included.
	Waiting []*state.Task
	// Pool is the cluster's container instances, with room kept for the tasks of DAEMON services.
	Pool *placement.Pool
	// Demand is what a task asks of a container instance; nil: nothing could satisfy it now.
	Demand func(*state.Task) *placement.Demand
	// Engines have room for tasks on Fargate that wait for one; nil is one engine without a name.
	Engines *engineroom.Room
	Now     time.Time
}

// Plan is what shall become of the tasks that wait.
type Plan struct {
	Place   []Place
	Explain []Reason
	// Expire are those that have waited for too long, or in vain, with their last reason.
	Expire []Reason
	// End are ARNs of those that shall stop.
	End []string
	// WakeAt is when to decide again though nothing has changed; zero is never.
	WakeAt time.Time
	// More: there may be more to do now than one plan changes.
	More bool
}

type Place struct {
	Task string // ARN
	At   state.Placement
}

// Reason is why a task has no place.
type Reason struct{ Task, Reason string }

func (p *Plan) changes() int { return len(p.Place) + len(p.Explain) + len(p.Expire) + len(p.End) }

// wake asks for another decision at a time, or earlier.
func (p *Plan) wake(at time.Time) {
	if p.WakeAt.IsZero() || at.Before(p.WakeAt) {
		p.WakeAt = at
	}
}

// Decide gives room to the oldest tasks first. One for which there is none keeps it from nothing: the
// smaller ones behind it are placed, as an instance on which the big one has room may never come, and all
// would wait with it until their time is over. What ECS does there is not published.
//
//	free 1024; waiting, oldest first: 512, 2048, 256, 512:  512 and 256 are placed.
//
// Source: ECS developer guide, cluster auto scaling.
func Decide(in Input) Plan {
	d := decision{in: in, full: map[*placement.Demand]string{}}
	var rest []*state.Task
	for _, t := range oldestFirst(in.Waiting) {
		switch {
		case d.plan.changes() >= mostChanges:
		case t.Stop != nil:
			d.plan.End = append(d.plan.End, t.ARN)
		case t.WaitsForEngine():
			d.awaitEngine(t)
		default:
			rest = append(rest, t)
		}
	}
	rest = d.placeAll(rest)
	for _, t := range rest {
		d.leave(t)
	}
	d.plan.More = d.plan.changes() >= mostChanges
	return d.plan
}

// awaitEngine places a task that waits for an engine, for as long as it takes: its end would help no other one. If no engine of
// this run can be the one, such as after a start that leaves it out, the task ends with the reason that RunTask would give.
func (d *decision) awaitEngine(t *state.Task) {
	engine, lack := d.in.Engines.Place(task.EngineOf(t))
	switch {
	case lack == nil:
		place := *t.Placement
		place.Host = engine
		d.plan.Place = append(d.plan.Place, Place{t.ARN, place})
		return
	case !lack.Waits:
		d.plan.Expire = append(d.plan.Expire, Reason{t.ARN, lack.Reason})
		return
	case lack.Reason != t.Placement.Waiting.Reason:
		d.plan.Explain = append(d.plan.Explain, Reason{t.ARN, lack.Reason})
	}
	d.plan.wake(d.in.Now.Add(look)) // it may have room, or other architectures, without notice
}

func oldestFirst(tasks []*state.Task) []*state.Task {
	return sorting.Sorted(slices.Values(tasks), func(a, b *state.Task) int {
		return cmp.Or(a.Spec.CreatedAt.Compare(b.Spec.CreatedAt), cmp.Compare(a.ARN, b.ARN))
	})
}

type decision struct {
	in   Input
	plan Plan
	// full is why there is no place for a demand since the last task was placed that may have changed
	// it. A pool only loses room, so that is no other for the next task.
	full map[*placement.Demand]string
}

// placeAll finds places, and returns the tasks that have none. A task that is placed may give one to
// those before it whose constraints ask for its group: they are looked at once more.
func (d *decision) placeAll(tasks []*state.Task) []*state.Task {
	for {
		var rest []*state.Task
		placed, again := len(d.plan.Place), false
		for _, t := range tasks {
			if d.plan.changes() >= mostChanges || !d.place(t) {
				rest = append(rest, t)
			}
		}
		if len(d.plan.Place) > placed && d.plan.changes() < mostChanges {
			for demand := range d.full {
				if demand.AsksForGroups() {
					delete(d.full, demand)
					again = true
				}
			}
		}
		if !again {
			return rest
		}
		tasks = rest
	}
}

func (d *decision) place(t *state.Task) bool {
	demand := d.in.Demand(t)
	if demand == nil {
		return false
	}
	if _, full := d.full[demand]; full {
		return false
	}
	place, misses := d.in.Pool.Place(demand)
	if place.ContainerInstance == "" {
		d.full[demand] = d.in.Pool.Why(demand, misses)
		return false
	}
	d.plan.Place = append(d.plan.Place, Place{t.ARN, place})
	return true
}

// leave has a task without a place wait on, if its time is not over.
func (d *decision) leave(t *state.Task) {
	if d.plan.changes() >= mostChanges {
		return
	}
	reason := d.why(t)
	end := t.Spec.CreatedAt.Add(patience)
	switch {
	case !d.in.Now.Before(end):
		d.plan.Expire = append(d.plan.Expire, Reason{t.ARN, reason})
		return
	case reason != t.Placement.Waiting.Reason:
		d.plan.Explain = append(d.plan.Explain, Reason{t.ARN, reason})
	}
	d.plan.wake(end)
	if demand := d.in.Demand(t); demand != nil && demand.AsksForGroups() {
		d.plan.wake(d.in.Now.Add(look))
	}
}

// why is the reason of a task that has no place.
func (d *decision) why(t *state.Task) string {
	demand := d.in.Demand(t)
	if demand == nil {
		return placement.Location // the only thing of a demand that may be gone: all its subnets
	}
	return d.full[demand]
}
