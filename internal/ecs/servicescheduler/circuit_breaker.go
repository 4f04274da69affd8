package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
)

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
