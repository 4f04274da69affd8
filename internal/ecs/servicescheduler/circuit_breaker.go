package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// countFailures keeps the failures in a row of each deployment: tasks that stopped before they were
// RUNNING, and those that exited afterwards. Tasks replaced for their
// health are added where they are stopped, and so are attempts to place one (countUnplaced).
// Those that are lost with their container instance are simply replaced; what ECS makes of
// them is not published. A task that becomes healthy ends the row.
// failedTasks is their number while the deployment is IN_PROGRESS, whether or not the
// circuit breaker is on.
//
// Source: ECS API reference, Deployment: failedTasks is no longer evaluated once tasks
// run successfully.
func (p *planner) countFailures() {
	for _, g := range p.all() {
		p.countFailuresOf(g)
	}
}

func (p *planner) countFailuresOf(g *generation) {
	d, reset := g.deployment, bounds.CircuitBreaker(p.service.DeploymentConfiguration).ResetOnHealthyTask
	if d.Failures+d.FailedTasks > 0 && p.becameHealthy(g) {
		d.Failures = 0
		if !failed(g) && (reset == nil || *reset) {
			d.FailedTasks = 0
		}
	}
	failures := g.counts.FailedToStart + g.counts.Exited
	n := failures - d.SeenFailures
	d.SeenFailures = failures
	p.fail(g, n)
}

// becameHealthy reports whether a task has become healthy since the last failure.
func (p *planner) becameHealthy(g *generation) bool {
	if g.checked {
		return g.counts.TurnedHealthy > g.deployment.SeenHealthy
	}
	return slices.ContainsFunc(p.in.Summary.Starts, func(s state.StartCounts) bool {
		from := healthyFrom(s.At)
		return s.DeploymentID == g.deployment.ID && from.After(g.deployment.FailedAt) && !p.now.Before(from)
	})
}

// fail counts n more failures of a deployment.
func (p *planner) fail(g *generation, n int) {
	if n <= 0 {
		return
	}
	g.deployment.Failures += n
	if inProgress(g) {
		g.deployment.FailedTasks += n
	}
	g.deployment.FailedAt = p.now
	g.deployment.SeenHealthy = g.counts.TurnedHealthy
}

// tripCircuitBreaker ends a deployment with too many failures, and with rollback
// brings back what completed last, as a new PRIMARY deployment. One that was itself
// brought back, or the first of a service, stays FAILED. It reports whether it
// tripped; what follows from it is decided next time.
//
//	D=1, rollback: 3 failures → A (completed) | B FAILED, failedTasks 3 |
//	C PRIMARY "rolling back to deploymentId A", with A's revision.
//
// Source: ECS developer guide, deployment circuit breaker; field reports.
func (p *planner) tripCircuitBreaker() bool {
	d, breaker := p.primary.deployment, bounds.CircuitBreaker(p.service.DeploymentConfiguration)
	if !breaker.Enable || !inProgress(p.primary) || !p.strategy.breaks(p) || d.FailedTasks < bounds.Threshold(breaker.ThresholdConfiguration, p.desiredCount()) {
		return false
	}
	rollback := breaker.Rollback || d.RestoresID != ""
	p.say(event.DeploymentFailed{Deployment: d.ID, Reason: p.whyBroken(rollback), ByBreaker: true})
	p.failPrimary(failedReason)
	if r := p.record(d); r != nil {
		r.CircuitBreaker.Status = types.ServiceDeploymentRollbackMonitorsStatusTriggered
	}
	if rollback {
		p.strategy.rollBack(p, reasonBreakerRollback, "ECS deployment circuit breaker")
	} else {
		p.abort(reasonBreakerStop)
	}
	return true
}

// whyBroken is what the event of a deployment says that the circuit breaker ends; empty: its tasks failed to
// start. Where traffic shifts, events have the reason of the service deployment; that so has the one of the
// circuit breaker is by analogy.
//
// Source: field reports of service events, of deployments that shift traffic.
func (p *planner) whyBroken(rollback bool) string {
	switch _, shifts := p.strategy.(shifting); {
	case !shifts:
		return ""
	case rollback:
		return reasonBreakerRollback
	default:
		return reasonBreakerStop
	}
}

// failPrimary ends the PRIMARY deployment without success: it wants no tasks any more, unless it
// is the one to be kept.
func (p *planner) failPrimary(reason string) {
	d := p.primary.deployment
	d.RolloutState, d.RolloutStateReason = types.DeploymentRolloutStateFailed, reason
	if _, shifts := p.strategy.(shifting); !shifts { // there, traffic goes first
		p.joinServing() // what serves is to be gone back to, also if the update has not begun
		d.DesiredCount = 0
	}
	if r := p.record(d); r != nil && d.RestoresID == "" {
		p.followCircuitBreaker(r, d)
		stopWatching(r)
	}
}
