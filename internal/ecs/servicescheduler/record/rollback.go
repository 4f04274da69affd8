package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// DeployCompleted makes the last completed revision PRIMARY in the place of a deployment that has
// failed, as a new deployment of the same service deployment. Where there is none, or the
// failed one was itself such a rollback, that has failed as well.
//
// Source: ECS developer guide, deployment circuit breaker; field reports.
func (p *Progress) DeployCompleted(reason, cause string) {
	d, last := p.Service.Primary(), p.Service.Completed
	r := p.Record(d)
	if d.RestoresID != "" || last == nil {
		why := ReasonNoCandidate
		if d.RestoresID != "" {
			why = ReasonRollbackFailed
		}
		if r != nil {
			p.End(r, types.ServiceDeploymentStatusRollbackFailed, why)
		}
		return
	}
	p.Plan.Say(event.RollingBack{Deployment: last.ID})
	p.Service.SetPrimary(&state.Deployment{
		Generation: state.Generation{Revision: last.Revision, CreatedAt: p.Now}, RestoresID: last.ID, ServiceDeploymentARN: d.ServiceDeploymentARN,
		RolloutState:       types.DeploymentRolloutStateInProgress,
		RolloutStateReason: RollingBackReason(cause, last.ID),
	})
	if r != nil {
		r.Status, r.StatusReason = types.ServiceDeploymentStatusRollbackInProgress, reason
		r.Rollback = &state.Rollback{Reason: reason, StartedAt: p.Now, RevisionARN: last.Revision.ARN}
	}
}

// Resume makes a completed deployment PRIMARY again, in place of the new deployment that a rollback has made of its
// revision: that one has no task, and finds no room for one beside the tasks that still run. It reports whether it did.
//
//	D=2, 200/100, room for 2: A (completed) 2 tasks, B FAILED, C restores A: C has no room → A PRIMARY, COMPLETED
//
// Source: none. AWS is not known to act so, but without it such a service would have two deployments for ever, though
// all its tasks run; this is the emulator's choice.
func (p *Progress) Resume(g *observe.Generation) bool {
	from, before := g.Deployment, p.Of(g.Deployment.RestoresID)
	if before == nil || before == g || before.Counts.Active == 0 {
		return false
	}
	d := before.Deployment
	p.BringBack(d, from.ServiceDeploymentARN, from.RolloutStateReason)
	d.DesiredCount, from.DesiredCount, d.FailedTasks = from.DesiredCount, 0, 0
	p.Plan.Say(event.RollingBack{Deployment: d.ID, Shown: true})
	return true
}

// BringBack makes a deployment PRIMARY again that has tasks, for a service deployment that goes back.
func (p *Progress) BringBack(d *state.Deployment, serviceDeployment, reason string) {
	d.RestoresID, d.ServiceDeploymentARN = d.ID, serviceDeployment
	d.RolloutState, d.RolloutStateReason = types.DeploymentRolloutStateInProgress, reason
	p.Service.SetPrimary(d)
}

// Abort leaves a PRIMARY deployment that has failed as it is.
func (p *Progress) Abort(reason string) {
	if r := p.Record(p.Primary.Deployment); r != nil {
		p.End(r, types.ServiceDeploymentStatusStopped, reason)
	}
}
