package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// countFailures keeps the failures in a row of each deployment: tasks that stopped before they were
// RUNNING, and those that exited afterwards. Tasks replaced for their
// health are added where they are stopped, and so are attempts to place one (countUnplaced of package fulfil).
// Those that are lost with their container instance are simply replaced; what ECS makes of
// them is not published. A task that becomes healthy ends the row.
// failedTasks is their number while the deployment is IN_PROGRESS, whether or not the
// circuit breaker is on.
//
// Source: ECS API reference, Deployment: failedTasks is no longer evaluated once tasks
// run successfully.
func (p *planner) countFailures() {
	for _, g := range p.Generations {
		p.countFailuresOf(g)
	}
}

func (p *planner) countFailuresOf(g *observe.Generation) {
	d, reset := g.Deployment, bounds.CircuitBreaker(p.Service.DeploymentConfiguration).ResetOnHealthyTask
	if d.Failures+d.FailedTasks > 0 && p.becameHealthy(g) {
		d.Failures = 0
		if !g.Failed() && (reset == nil || *reset) {
			d.FailedTasks = 0
		}
	}
	failures := g.Counts.FailedToStart + g.Counts.Exited
	n := failures - d.SeenFailures
	d.SeenFailures = failures
	g.Fail(n, p.Now)
}

// becameHealthy reports whether a task has become healthy since the last failure.
func (p *planner) becameHealthy(g *observe.Generation) bool {
	if g.Checked {
		return g.Counts.TurnedHealthy > g.Deployment.SeenHealthy
	}
	return slices.ContainsFunc(p.Summary.Starts, func(s state.StartCounts) bool {
		from := observe.HealthyFrom(s.At)
		return s.DeploymentID == g.Deployment.ID && from.After(g.Deployment.FailedAt) && !p.Now.Before(from)
	})
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
	d, breaker := p.Primary.Deployment, bounds.CircuitBreaker(p.Service.DeploymentConfiguration)
	if !breaker.Enable || !p.Primary.InProgress() || !p.strategy.Breaks(p.rollout) || d.FailedTasks < bounds.Threshold(breaker.ThresholdConfiguration, p.DesiredCount()) {
		return false
	}
	rollback := breaker.Rollback || d.RestoresID != ""
	p.Plan.Say(event.DeploymentFailed{Deployment: d.ID, Reason: p.whyBroken(rollback), ByBreaker: true})
	p.rollout.FailPrimary(p.strategy, record.FailedReason)
	if r := p.Record(d); r != nil {
		r.CircuitBreaker.Status = types.ServiceDeploymentRollbackMonitorsStatusTriggered
	}
	if rollback {
		p.strategy.RollBack(p.rollout, record.ReasonBreakerRollback, "ECS deployment circuit breaker")
	} else {
		p.Abort(record.ReasonBreakerStop)
	}
	return true
}

// whyBroken is what the event of a deployment says that the circuit breaker ends; empty: its tasks failed to
// start. Where traffic shifts, events have the reason of the service deployment; that so has the one of the
// circuit breaker is by analogy.
//
// Source: field reports of service events, of deployments that shift traffic.
func (p *planner) whyBroken(rollback bool) string {
	switch {
	case !p.strategy.Traits().Shifts:
		return ""
	case rollback:
		return record.ReasonBreakerRollback
	default:
		return record.ReasonBreakerStop
	}
}
