package servicescheduler

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ECS does not throttle tasks that exit after they were RUNNING, and need not: one
// start on Fargate takes it tens of seconds. Here it takes milliseconds, so a
// service whose tasks keep exiting would make a hundred a second, each of which is
// remembered for an hour. After freeCrashes failures in a row, none of them followed
// by a task that became healthy, a start waits for crashPause after the last one.
//
// This is the emulator's own; ECS has no event for it. The circuit breaker of a
// service with up to 20 tasks trips before.
const (
	freeCrashes = 10
	crashPause  = 5 * time.Second
)

// throttleFailedStarts takes new failures into account, those of each deployment for itself.
func (p *planner) throttleFailedStarts() {
	p.inheritThrottle()
	kept := p.kept()
	for _, g := range p.all() {
		p.throttle(g)
		if failed(g) && kept != nil && kept.deployment.Revision.TaskDefinition != g.deployment.Revision.TaskDefinition {
			g.deployment.Throttle = state.Throttle{}
		}
	}
}

// inheritThrottle has a new PRIMARY deployment go on with the throttle of the one before it, if
// both have one task definition. So it does with that of the service in a state file of before.
func (p *planner) inheritThrottle() {
	d, kept := p.primary.deployment, p.kept()
	if before := p.service.Throttle; before.Failures > 0 {
		p.service.Throttle = state.Throttle{}
		if kept != nil && kept.deployment.Revision.TaskDefinition == before.TaskDefinition {
			kept.deployment.Throttle = state.Throttle{Failures: before.Failures, Until: before.Until}
		}
	}
	if kept != p.primary || d.Throttle.Failures > 0 || p.primary.counts.Started > 0 {
		return
	}
	for _, g := range p.older { // there may be some between that no decision has seen
		before := g.deployment
		if before.Revision.TaskDefinition != d.Revision.TaskDefinition {
			return
		}
		if before.Throttle.Failures > 0 {
			d.Throttle, before.Throttle = before.Throttle, state.Throttle{}
			return
		}
	}
}

// throttle takes the new failures of a deployment into account. Those that come while starts are
// held back belong to the attempt before: of twenty tasks that fail together, each is not an
// attempt of its own. A deployment that is not to have tasks starts none, so nothing is throttled.
func (p *planner) throttle(g *generation) {
	d, counts := g.deployment, g.counts
	t, wanted := &d.Throttle, g == p.kept() || d.DesiredCount > 0
	if t.Failures > 0 && counts.Started > d.SeenStarted {
		*t = state.Throttle{}
	}
	if counts.FailedToStart == d.SeenFailedToStart {
		return
	}
	d.SeenFailedToStart, d.SeenStarted = counts.FailedToStart, counts.Started
	if p.now.Before(t.Until) {
		return
	}
	if !wanted {
		return
	}
	if counts.LastFailure == state.NoCapacity || strings.HasPrefix(counts.LastFailure, "ResourceInitializationError: ") {
		p.say(event.NotPlaced{Reason: counts.LastFailure})
	}
	t.Failures++
	delay := startDelay(t.Failures)
	t.Until = p.now.Add(delay)
	if delay > 0 {
		p.say(event.InconsistentStarts{})
	}
}

// throttled reports whether starts are held back, and wakes when they no longer are.
func (p *planner) throttled(d *state.Deployment) bool {
	until := d.Throttle.Until
	if d.Failures > freeCrashes {
		if end := d.FailedAt.Add(crashPause); end.After(until) {
			until = end
		}
	}
	if !p.now.Before(until) {
		return false
	}
	p.wake(until)
	return true
}
