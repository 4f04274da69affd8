package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
)

// obeyStop does what StopServiceDeployment has asked for; it reports whether it did
// something. A rollback under way goes on. What follows is decided next time.
//
// Source: ECS developer guide, stopping service deployments. What becomes of the stopped
// deployment is not published, nor what events say: here it is FAILED, as by the circuit breaker, in the
// emulator's words.
func (p *planner) obeyStop() bool {
	d := p.Primary.Deployment
	r := p.Record(d)
	if r == nil || r.StopType == "" || !p.Primary.InProgress() || d.RestoresID != "" {
		return false
	}
	if r.StartedAt.IsZero() {
		r.StartedAt = p.Now
	}
	abort := r.StopType == types.StopServiceDeploymentStopTypeAbort
	reason := map[bool]string{true: record.ReasonUserStop, false: record.ReasonUserRollback}[abort]
	p.Plan.Say(event.DeploymentFailed{Deployment: d.ID, Reason: reason})
	p.rollout.FailPrimary(p.strategy, record.StoppedReason)
	if abort {
		p.Abort(reason)
	} else {
		p.strategy.RollBack(p.rollout, reason, "ECS deployment")
	}
	return true
}
