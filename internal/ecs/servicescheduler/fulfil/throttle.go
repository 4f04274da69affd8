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

// ThrottleFailedStarts takes new failures into account, of each generation for itself. One that is not to have tasks
// starts none, so nothing of it is throttled.
func (e *Executor) ThrottleFailedStarts(wanted func(*observe.Generation) bool) {
	for _, g := range e.Generations {
		e.throttle(g, wanted(g))
	}
}

// throttle takes the new failures of a generation into account. Those that come while starts are
// held back belong to the attempt before: of twenty tasks that fail together, each is not an
// attempt of its own.
func (e *Executor) throttle(g *observe.Generation, wanted bool) {
	d, counts := g.Of, g.Counts
	t := &d.Throttle
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
