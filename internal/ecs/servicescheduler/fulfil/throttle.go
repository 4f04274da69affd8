package fulfil

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ECS does not throttle tasks that exit after they were RUNNING, and need not: one
// start on Fargate takes it tens of seconds. Here it takes milliseconds, so a
// service whose tasks keep exiting would make a hundred a second, each of which is
// remembered for an hour. After FreeCrashes failures in a row, none of them followed
// by a task that became healthy, a start waits for CrashPause after the last one.
//
// This is the emulator's own; ECS has no event for it. The circuit breaker of a
// service with up to 20 tasks trips before.
const (
	FreeCrashes = 10
	CrashPause  = 5 * time.Second
)

// ThrottleFailedStarts takes new failures into account, of each deployment for itself.
func (e *Executor) ThrottleFailedStarts() {
	e.inheritThrottle()
	kept := e.Kept()
	for _, g := range e.Generations {
		e.throttle(g)
		if g.Failed() && kept != nil && kept.Of.Revision.TaskDefinition != g.Of.Revision.TaskDefinition {
			g.Of.Throttle = state.Throttle{}
		}
	}
}

// inheritThrottle has a new PRIMARY deployment go on with the throttle of the one before it, if
// both have one task definition. So it does with that of the service in a state file of before.
func (e *Executor) inheritThrottle() {
	d, kept := e.Primary.Deployment, e.Kept()
	if before := e.Service.Throttle; before.Failures > 0 {
		e.Service.Throttle = state.Throttle{}
		if kept != nil && kept.Of.Revision.TaskDefinition == before.TaskDefinition {
			kept.Of.Throttle = state.Throttle{Failures: before.Failures, Until: before.Until}
		}
	}
	if kept != e.Primary || d.Throttle.Failures > 0 || e.Primary.Counts.Started > 0 {
		return
	}
	for _, g := range e.Older() { // there may be some between that no decision has seen
		before := g.Of
		if before.Revision.TaskDefinition != d.Revision.TaskDefinition {
			return
		}
		if before.Throttle.Failures > 0 {
			d.Throttle, before.Throttle = before.Throttle, state.Throttle{}
			return
		}
	}
}

// throttle takes the new failures of a generation into account. Those that come while starts are
// held back belong to the attempt before: of twenty tasks that fail together, each is not an
// attempt of its own. A deployment that is not to have tasks starts none, so nothing is throttled.
func (e *Executor) throttle(g *observe.Generation) {
	d, counts := g.Of, g.Counts
	t, wanted := &d.Throttle, g == e.Kept() || d.DesiredCount > 0
	if t.Failures > 0 && counts.Started > d.SeenStarted {
		*t = state.Throttle{}
	}
	if counts.FailedToStart == d.SeenFailedToStart {
		return
	}
	d.SeenFailedToStart, d.SeenStarted = counts.FailedToStart, counts.Started
	if e.Now.Before(t.Until) {
		return
	}
	if !wanted {
		return
	}
	if counts.LastFailure == state.NoCapacity || strings.HasPrefix(counts.LastFailure, "ResourceInitializationError: ") {
		e.Plan.Say(event.NotPlaced{Reason: counts.LastFailure})
	}
	t.Failures++
	delay := startDelay(t.Failures)
	t.Until = e.Now.Add(delay)
	if delay > 0 {
		e.Plan.Say(event.InconsistentStarts{})
	}
}

// throttled reports whether starts are held back, and wakes when they no longer are.
func (e *Executor) throttled(d *state.Generation) bool {
	until, _ := HeldUntil(d)
	if !e.Now.Before(until) {
		return false
	}
	e.Plan.Wake(until)
	return true
}

// HeldUntil is until when no task of a generation starts because others have failed, and how many have in a row.
func HeldUntil(d *state.Generation) (until time.Time, failures int) {
	until, failures = d.Throttle.Until, d.Throttle.Failures
	if d.Failures > FreeCrashes {
		if end := d.FailedAt.Add(CrashPause); end.After(until) {
			return end, d.Failures
		}
	}
	return until, failures
}
