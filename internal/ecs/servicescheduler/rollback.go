package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// deployCompleted makes the last completed revision PRIMARY in the place of a deployment that has
// failed, as a new deployment of the same service deployment. Where there is none, or the
// failed one was itself such a rollback, that has failed as well.
//
// Source: ECS developer guide, deployment circuit breaker; field reports.
func (p *planner) deployCompleted(reason, cause string) {
	d, last := p.service.Primary(), p.service.Completed
	r := p.record(d)
	if d.RestoresID != "" || last == nil {
		why := reasonNoCandidate
		if d.RestoresID != "" {
			why = reasonRollbackFailed
		}
		if r != nil {
			p.endRecord(r, types.ServiceDeploymentStatusRollbackFailed, why)
		}
		return
	}
	p.say(event.RollingBack{Deployment: last.ID})
	p.service.SetPrimary(&state.Deployment{
		Revision: last.Revision, CreatedAt: p.now, RestoresID: last.ID, ServiceDeploymentARN: d.ServiceDeploymentARN,
		RolloutState:       types.DeploymentRolloutStateInProgress,
		RolloutStateReason: rollingBackReason(cause, last.ID),
	})
	if r != nil {
		r.Status, r.StatusReason = types.ServiceDeploymentStatusRollbackInProgress, reason
		r.Rollback = &state.Rollback{Reason: reason, StartedAt: p.now, RevisionARN: last.Revision.ARN}
	}
}

// resume makes a completed deployment PRIMARY again, in place of the new deployment that a rollback has made of its
// revision: that one has no task, and finds no room for one beside the tasks that still run. It reports whether it did.
//
//	D=2, 200/100, room for 2: A (completed) 2 tasks, B FAILED, C restores A: C has no room → A PRIMARY, COMPLETED
//
// Source: none. AWS is not known to act so, but without it such a service would have two deployments for ever, though
// all its tasks run; this is the emulator's choice.
func (p *planner) resume(g *generation) bool {
	from, before := g.deployment, p.generationOf(g.deployment.RestoresID)
	if before == nil || before == g || before.counts.Active == 0 {
		return false
	}
	d := before.deployment
	p.bringBack(d, from.ServiceDeploymentARN, from.RolloutStateReason)
	d.DesiredCount, from.DesiredCount, d.FailedTasks = from.DesiredCount, 0, 0
	p.say(event.RollingBack{Deployment: d.ID, Shown: true})
	return true
}

// bringBack makes a deployment PRIMARY again that has tasks, for a service deployment that goes back.
func (p *planner) bringBack(d *state.Deployment, serviceDeployment, reason string) {
	d.RestoresID, d.ServiceDeploymentARN = d.ID, serviceDeployment
	d.RolloutState, d.RolloutStateReason = types.DeploymentRolloutStateInProgress, reason
	p.service.SetPrimary(d)
}

// abort leaves a PRIMARY deployment that has failed as it is.
func (p *planner) abort(reason string) {
	if r := p.record(p.primary.deployment); r != nil {
		p.endRecord(r, types.ServiceDeploymentStatusStopped, reason)
	}
}

// obeyStop does what StopServiceDeployment has asked for; it reports whether it did
// something. A rollback under way goes on. What follows is decided next time.
//
// Source: ECS developer guide, stopping service deployments. What becomes of the stopped
// deployment is not published, nor what events say: here it is FAILED, as by the circuit breaker, in the
// emulator's words.
func (p *planner) obeyStop() bool {
	d := p.primary.deployment
	r := p.record(d)
	if r == nil || r.StopType == "" || !inProgress(p.primary) || d.RestoresID != "" {
		return false
	}
	if r.StartedAt.IsZero() {
		r.StartedAt = p.now
	}
	abort := r.StopType == types.StopServiceDeploymentStopTypeAbort
	reason := map[bool]string{true: reasonUserStop, false: reasonUserRollback}[abort]
	p.say(event.DeploymentFailed{Deployment: d.ID, Reason: reason})
	p.failPrimary(stoppedReason)
	if abort {
		p.abort(reason)
	} else {
		p.strategy.rollBack(p, reason, "ECS deployment")
	}
	return true
}
