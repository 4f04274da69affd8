package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// stopReplaced stops tasks of a generation that another one replaces. Those that are not
// RUNNING, failed their health checks or cannot become healthy are free; the others must leave
// lower healthy ones.
//
//	D=2, 100/50, targets of both old ones not in use: stop 2; start 2.
//
// That a task whose target is not in use goes first is the emulator's choice: the service is told
// that it is unhealthy, and what ECS does with it in a deployment is not published.
func (e *Executor) stopReplaced(in Desired, g Target) {
	surplus := g.Counts.Active - g.Wanted
	if surplus <= 0 {
		return
	}
	spare := e.spare(in, g)
	free := g.Unhealthy + g.Unused + g.Starting - g.StartingRunning
	if free == 0 && (spare < 0 || spare == 0 && g.StartingRunning == 0) {
		return
	}
	var chosen []observe.Task
	for _, t := range e.sparing(g.Generation, inStopOrder(e.Tasks(g.Generation))) {
		switch {
		case len(chosen) == min(maxStops, surplus):
		case t.Condition <= observe.Unused, t.Condition == observe.StartingRunning && spare >= 0:
			chosen = append(chosen, t)
		case t.Condition == observe.Healthy && spare > 0:
			chosen = append(chosen, t)
			spare--
		}
	}
	e.stop(g.Generation, chosen, reasonScaling(g.Of.ID, state.StopReplaced))
}

// stopSurplus stops the tasks that a generation has too many of: those not yet RUNNING
// first, then those that do not serve yet, then of the capacity provider and of the zone
// with the most tasks the newest.
//
//	D 4 → 2 with 3 healthy + 1 pending: the pending one and a healthy one stop.
//	D 5 → 2 with zones a,a,a,b,b: a, then a or b, then the other: a and b remain.
//
// Source: ECS developer guide, service scheduler.
func (e *Executor) stopSurplus(in Desired, g Target) {
	surplus := g.Healthy + g.Unused + g.Starting - g.Leaving - g.Wanted - g.Extra
	if surplus <= 0 {
		return
	}
	candidates := slices.DeleteFunc(e.Tasks(g.Generation), func(t observe.Task) bool { return t.Condition == observe.Unhealthy || t.Leaving })
	before := e.spared
	candidates = e.sparing(g.Generation, candidates)
	if e.stopSome(in, g, candidates, surplus, state.StopScaledIn) {
		e.spared = before // nothing is missed
	}
}

// stopSpare stops what the newest of the generations that keep what serves has not
// brought to RUNNING. If the service still has too many tasks, those that do not serve
// stop first, of newer generations before older ones, and those without traffic before all others.
func (e *Executor) stopSpare(in Desired) {
	keeping := slices.DeleteFunc(slices.Clone(in.Targets), func(g Target) bool { return g.Drain != WhenSpare })
	if len(keeping) == 0 {
		return
	}
	if g := keeping[0]; g.Starting > g.StartingRunning {
		chosen := e.sparing(g.Generation, slices.DeleteFunc(e.Tasks(g.Generation), func(t observe.Task) bool { return t.Condition != observe.Pending }))
		e.stop(g.Generation, chosen[:min(len(chosen), maxStops)], reasonScaling(g.Of.ID, state.StopReplaced))
	}
	sorting.By(keeping, func(a, b Target) int { return sorting.FalseFirst(b.Idle, a.Idle) })
	for _, serving := range []bool{false, true} {
		for _, g := range keeping {
			surplus := e.Active() - e.DesiredCount()
			if surplus <= 0 || !serving && g.Counts.Active == g.Healthy {
				continue
			}
			e.stopSome(in, g, e.sparing(g.Generation, slices.DeleteFunc(e.Tasks(g.Generation), func(t observe.Task) bool {
				return !serving && t.Condition == observe.Healthy
			})), surplus, state.StopReplaced)
		}
	}
}

// stopSome stops up to n of the candidates, such that the rest is spread, and reports whether they suffice. Healthy ones stay as
// far as lower needs them, which is where tasks that do not serve yet are protected.
//
//	D 2 → 1, 100/…, one healthy, one PENDING and protected: stop the healthy one when the other one is healthy.
func (e *Executor) stopSome(in Desired, g Target, candidates []observe.Task, n int, cause state.StopCause) (suffice bool) {
	healthy := 0
	for _, t := range candidates {
		if t.Condition == observe.Healthy {
			healthy++
		}
	}
	most := len(candidates) - healthy + min(healthy, max(0, e.spare(in, g)))
	chosen := choose(candidates, min(n, most, maxStops), pickerOf(e.Instances, g.Of, candidates))
	e.stop(g.Generation, chosen, reasonScaling(g.Of.ID, cause))
	return n <= most
}

// stop puts the end of tasks and its announcement into the plan. ECS counts those
// that ran and those that did not apart.
func (e *Executor) stop(g *observe.Generation, tasks []observe.Task, why reason) {
	running := e.end(g, tasks, why)
	for batch := range slices.Chunk(running, event.BatchSize) {
		e.Plan.Say(event.StoppedTasks{Tasks: batch, TaskSet: e.taskSet(g)})
	}
	if n := len(tasks) - len(running); n > 0 {
		e.Plan.Say(event.StoppedPending{Tasks: n})
	}
}

// end puts the end of tasks into the plan, and returns the ids of those that ran.
func (e *Executor) end(g *observe.Generation, tasks []observe.Task, why reason) (running []string) {
	if len(tasks) == 0 {
		return nil
	}
	stops := verb.StopTasks{Reason: why.text, Cause: why.cause, Detail: why.detail}
	for _, t := range tasks {
		e.Stopping[t.ARN] = true
		stops.Tasks = append(stops.Tasks, t.ARN)
		if t.Status.LastStatus == state.Running {
			running = append(running, arn.Name(t.ARN))
		}
	}
	e.Plan.Do(stops)
	g.Moved = true
	g.Stop(tasks)
	return running
}

// taskSet is the id of a generation for announcements that name it. Source: field reports of service events.
func (e *Executor) taskSet(g *observe.Generation) string {
	if !e.kind.Names() {
		return ""
	}
	return g.Of.ID
}

// StopAll stops the tasks of a generation that is to have none, protected ones as well.
func (e *Executor) StopAll(g *observe.Generation, cause state.StopCause) {
	if g.Counts.Active > 0 {
		tasks := inStopOrder(e.Tasks(g))
		e.stop(g, tasks[:min(len(tasks), maxStops)], reasonScaling(g.Of.ID, cause))
	}
}
