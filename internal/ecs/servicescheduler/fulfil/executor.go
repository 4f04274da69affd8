// Package fulfil brings about what is wanted of the generations of a service, be they of deployments or of task sets: it starts and stops tasks, as far as the
// bounds, the health of tasks, their protection and the room for them allow now, and moves tasks between zones.
package fulfil

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Most tasks that one plan starts or stops: a plan is one transaction, which keeps
// all others waiting. Each calls for the next one by what it changed.
const (
	maxStarts = 50
	maxStops  = 500
)

// Executor brings about what is wanted. It lives for one decision.
type Executor struct {
	*observe.View
	kind     Kind
	spared   *scaleIn  // the first that protected tasks stand in the way of
	unplaced *shortage // nil: there is a place for what the plan starts
}

// New makes an executor of what is wanted of the generations of a view, which are of one kind.
func New(v *observe.View, kind Kind) *Executor { return &Executor{View: v, kind: kind} }

// CarryOut brings about what is wanted, as far as the bounds
// and the health of tasks allow now. Starts come before stops, and among generations that
// are replaced the oldest gives its tasks first.
func (e *Executor) CarryOut(in Desired) {
	for _, g := range in.Targets {
		g.Of.DesiredCount = g.Wanted
	}
	if in.OnEach {
		for _, g := range in.Targets {
			e.leaveInstances(g)
		}
	} else {
		e.stopPendingOnDraining()
	}
	for _, g := range in.Targets {
		if g.Grows {
			e.startMissing(in, g)
			e.replaceUnhealthy(in, g)
		}
	}
	for _, g := range slices.Backward(in.Targets) {
		if g.Drain == WhenReplaced {
			e.stopReplaced(in, g)
		}
	}
	for _, g := range in.Targets {
		if g.Drain == AtOnce && !in.OnEach {
			e.stopLeaving(in, g)
			e.stopSurplus(in, g)
		}
	}
	e.stopSpare(in)
	e.countUnplaced()
	e.announceProtection()
	e.announceDeadlock(in)
}

// room is how many tasks of a generation may be started now; it is negative after a scale-in.
func (e *Executor) room(in Desired, g Target) int {
	if in.Apart {
		return g.Own.Upper - g.Counts.Left
	}
	return in.Upper - e.Present()
}

// spare is how many healthy tasks of a generation may be stopped now.
func (e *Executor) spare(in Desired, g Target) int {
	switch {
	case in.Apart && g.Drain == WhenReplaced:
		return g.Healthy // it goes as a whole
	case in.Apart:
		return g.Healthy - g.Own.Lower
	}
	serving := e.Healthy()
	for _, other := range in.Targets {
		if other.Idle {
			serving -= other.Healthy
		}
	}
	switch {
	case g.Idle && (serving >= in.Lower || in.Upper <= in.Lower): // else they would take the room for good
		return g.Healthy
	case g.Idle: // traffic may come to them by rules that the service does not name, or be led to them by hand
		return e.Healthy() - in.Lower
	}
	return serving - in.Lower
}

// lacks is how many tasks of a generation may be started now.
func (e *Executor) lacks(in Desired, g Target) int {
	if in.OnEach {
		return len(e.vacant())
	}
	return min(g.Missing(), e.room(in, g))
}

func (e *Executor) startMissing(in Desired, g Target) {
	missing := e.lacks(in, g)
	n := min(missing, e.mostStarts())
	if n <= 0 || e.held(g.Generation) {
		return
	}
	start := verb.StartTasks{DeploymentID: g.Of.ID, N: n}
	var without *observe.Lack
	switch {
	case in.OnEach:
		start.Places, without = e.placeOnEach(g.Generation, n)
		start.N = len(start.Places)
	case observe.OnInstances(g.Of) && len(g.Of.Revision.CapacityProviderStrategy) > 0:
		start.Places, without = e.placeByStrategy(g.Generation, min(missing, maxStarts))
		start.N = len(start.Places)
	case observe.OnInstances(g.Of):
		start.Places, without = e.Instances.Place(g.Of, n)
		start.N = len(start.Places)
	case e.OnFargate != nil:
		places, taken := e.OnFargate(g.Of, missing) // one behind many without a place may have one
		start.Places = places[:min(len(places), maxStarts)]
		start.N = len(start.Places)
		defer e.tellAway(start.Places)
		if taken != nil && taken.Answer == quota.TooFast {
			e.Plan.Wake(e.Now.Add(relaunch))
		} else if taken != nil {
			without = &observe.Lack{Fargate: taken}
		}
	}
	e.start(g, start)
	if without != nil {
		e.lackRoom(g.Generation, without)
	}
}

// tellAway says of tasks on Fargate that are started that they wait for an engine, after that they are.
func (e *Executor) tellAway(places []state.Placement) {
	if at := slices.IndexFunc(places, func(p state.Placement) bool { return p.Waiting != nil }); at >= 0 {
		e.Plan.SayOnce(event.NotPlaced{Reason: places[at].Waiting.Reason})
	}
}

func (e *Executor) mostStarts() int {
	if e.Probe {
		return 1
	}
	return maxStarts
}

// start puts starts into the plan.
func (e *Executor) start(g Target, start verb.StartTasks) {
	n := start.N
	if n == 0 {
		return
	}
	lacking := max(0, g.Wanted-g.Counts.Active)
	start.Replacing = min(g.Unhealthy, max(0, n-lacking))
	start.TaskSet = e.taskSet(g.Generation)
	e.Plan.Do(start)
	g.Moved, g.Of.Unplaced = true, 0
	g.Counts.Active += n
	g.Counts.Pending += n
	g.Counts.Left += n
	g.Generation.Starting += n
}

// held reports whether no task of a generation can be started now, wherever there is room.
func (e *Executor) held(g *observe.Generation) bool {
	if obstacle := obstacle(&e.Input, g); obstacle != "" {
		e.Plan.SayOnce(event.NotLaunched{Err: obstacle})
		e.Plan.Wake(e.Now.Add(retryLaunch))
		return true
	}
	return e.throttled(g.Of)
}

// relaunch is after how long a service launches the next of the tasks for which Fargate's rate had no room.
const relaunch = time.Second

// retryLaunch is after how long a start that could not be made is tried again.
const retryLaunch = time.Minute

// replaceUnhealthy stops tasks that failed their health checks. Their replacements come
// first where upper and the container instances have room (startMissing does not count
// unhealthy tasks as present), and each that becomes healthy relieves one; without room, one
// is stopped at a time to make it, where its end does, or where its container instance drains.
//
//	D=2, maximumPercent 200: 1 healthy + 1 unhealthy: start 1, wait until 2 are
//	healthy, stop the unhealthy one.
//	D=2, maximumPercent 100: stop the unhealthy one, then start 1.
//	D=2, maximumPercent 200: the replacement fails too, 1 + 2: stop one, start 1.
//	D=2, maximumPercent 200, both need port 80 of the only 2 instances: stop one, start 1.
//
// Source: ECS API reference, maximumPercent.
func (e *Executor) replaceUnhealthy(in Desired, g Target) {
	if g.Unhealthy == 0 {
		return
	}
	n := min(g.Unhealthy, max(0, g.Healthy+g.Unused+g.Unhealthy-g.Wanted))
	makesRoom := func(observe.Task) bool { return true }
	settled := g.Starting == 0 && g.Counts.Left == g.Counts.Active // nothing on its way in or out
	if !in.Apart {
		settled = settled && e.Present() == e.Active()
	}
	switch {
	case n > 0:
	case settled && (e.room(in, g) <= 0 || in.OnEach && e.unplaced != nil):
		n = 1
	case settled && e.unplaced != nil:
		n, makesRoom = 1, func(t observe.Task) bool { return t.Leaving || e.unplaced.relieved(t, e.Instances) }
	default:
		return
	}
	var chosen []observe.Task
	for _, t := range e.Tasks(g.Generation) {
		if t.Condition == observe.Unhealthy && len(chosen) < min(n, maxStops) && makesRoom(t) {
			chosen = append(chosen, t)
			e.Plan.Say(failedHealthChecks(t.Task))
			if t.UnhealthyInstance() {
				e.Plan.Say(event.UnhealthyInstance{})
			}
		}
	}
	g.Fail(len(chosen), e.Now)
	for _, alike := range byReason(chosen) {
		e.stop(g.Generation, alike, reasonUnhealthy(alike[0].Task))
	}
}

// announceDeadlock says that the bounds let nothing move, once nothing is on its way
// that could change it.
func (e *Executor) announceDeadlock(in Desired) {
	lacks := slices.ContainsFunc(in.Targets, func(g Target) bool { return g.Grows && g.Missing() > 0 })
	moving := e.Starting() > 0 || e.Present() != e.Active()
	if e.spared != nil || moving || !lacks || in.Apart || e.room(in, Target{}) > 0 || len(in.Targets) == 1 {
		return
	}
	e.Plan.SayOnce(event.Deadlocked{})
}
