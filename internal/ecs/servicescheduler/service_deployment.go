package servicescheduler

import (
	"reflect"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A service deployment is the record of how a service came to a revision:
//
//	PENDING → IN_PROGRESS → SUCCESSFUL
//	… superseded by another → STOP_REQUESTED → STOPPED
//	… failed or aborted, without rollback → STOPPED
//	… failed or stopped, with rollback → ROLLBACK_IN_PROGRESS → ROLLBACK_SUCCESSFUL
//	                                     or, with nothing to go back to, ROLLBACK_FAILED
//
// Source: ECS developer guide, service deployments.

// record returns the planner's copy of the service deployment of a deployment; nil if
// that has ended.
func (p *planner) record(d *state.Deployment) *state.ServiceDeployment {
	return p.records[d.ServiceDeploymentARN]
}

// followRecords brings the service deployments in line with what has become of the
// deployments that they are made of. One that is superseded stops while its tasks are
// replaced. Tasks that stay, because the newer deployment has failed, are of no service
// deployment under way.
func (p *planner) followRecords() {
	front := p.service.Primary()
	for _, d := range p.in.Service.Deployments {
		r := p.record(d)
		switch {
		case r == nil || r.Ended():
		case d.ServiceDeploymentARN == front.ServiceDeploymentARN:
			p.followFront(r, front)
		case p.lists(r) && front.RolloutState != types.DeploymentRolloutStateFailed && !p.settled(r, front):
			r.Status = types.ServiceDeploymentStatusStopRequested
			p.endHooks(r)
		default:
			p.endRecord(r, types.ServiceDeploymentStatusStopped, reasonSuperseded)
		}
	}
}

// settled reports whether the deployment that supersedes one which shifts traffic has led that to one
// revision, whichever it is: it may be the source of that which began.
func (p *planner) settled(r *state.ServiceDeployment, front *state.Deployment) bool {
	by := p.record(front)
	return r.Shift != nil && by != nil && by.Shift != nil && !shift.Reconciles(by.Shift)
}

// endHooks ends the hooks that are still asked.
func (p *planner) endHooks(r *state.ServiceDeployment) {
	if slices.ContainsFunc(r.Hooks, func(h state.LifecycleHook) bool { return !h.Ended() }) {
		r.Hooks = shift.EndHooks(r.Hooks, p.now)
	}
}

// followFront brings the service deployment of the PRIMARY deployment in line with it.
func (p *planner) followFront(r *state.ServiceDeployment, d *state.Deployment) {
	if r.StartedAt.IsZero() {
		r.StartedAt = p.now
	}
	if r.Status == types.ServiceDeploymentStatusPending {
		r.Status = types.ServiceDeploymentStatusInProgress
	}
	if d.RestoresID == "" {
		p.followCircuitBreaker(r, d)
	}
	switch {
	case d.RolloutState == types.DeploymentRolloutStateFailed && p.service.Status() != state.ServiceActive:
		p.followGivenUp(r)
	case d.RolloutState != types.DeploymentRolloutStateCompleted:
	case r.Rollback != nil:
		p.endRecord(r, types.ServiceDeploymentStatusRollbackSuccessful, r.Rollback.Reason)
	case r.StopType != "": // the service was deleted before the scheduler could obey
		p.endRecord(r, types.ServiceDeploymentStatusStopped, reasonUserStop)
	default:
		p.endRecord(r, types.ServiceDeploymentStatusSuccessful, "")
	}
}

// followCircuitBreaker keeps what the circuit breaker sees. Of one that is off, only
// the numbers are shown.
func (p *planner) followCircuitBreaker(r *state.ServiceDeployment, d *state.Deployment) {
	breaker := bounds.CircuitBreaker(p.service.DeploymentConfiguration)
	seen := state.CircuitBreaker{
		Status:       types.ServiceDeploymentRollbackMonitorsStatusDisabled,
		FailureCount: d.FailedTasks, Threshold: bounds.Threshold(breaker.ThresholdConfiguration, p.desiredCount()),
	}
	switch {
	case !breaker.Enable:
	case r.CircuitBreaker.Status == types.ServiceDeploymentRollbackMonitorsStatusTriggered:
		seen.Status = r.CircuitBreaker.Status
	case d.RolloutState == types.DeploymentRolloutStateInProgress:
		seen.Status = types.ServiceDeploymentRollbackMonitorsStatusMonitoring
	default:
		seen.Status = types.ServiceDeploymentRollbackMonitorsStatusMonitoringComplete
	}
	r.CircuitBreaker = seen
}

// lists reports whether the service still lists a deployment of a record.
func (p *planner) lists(r *state.ServiceDeployment) bool {
	return slices.ContainsFunc(p.service.Deployments, func(d *state.Deployment) bool {
		return d.ServiceDeploymentARN == r.ARN
	})
}

// endRecord ends a service deployment: nothing will happen to it any more.
func (p *planner) endRecord(r *state.ServiceDeployment, status types.ServiceDeploymentStatus, reason string) {
	p.endHooks(r)
	stopWatching(r)
	r.Status, r.StatusReason, r.FinishedAt = status, reason, p.now
	if status == types.ServiceDeploymentStatusStopped {
		r.StoppedAt = p.now
	}
	p.countAtEnd(&r.Target)
	for i := range r.Sources {
		p.countAtEnd(&r.Sources[i])
	}
}

// countAtEnd keeps the counts of a revision; zeros if its deployment is gone.
func (p *planner) countAtEnd(r *state.DeployedRevision) {
	r.Requested, r.Running, r.Pending = 0, 0, 0
	for _, g := range p.all() {
		if g.deployment.ID == r.DeploymentID {
			r.Requested, r.Running, r.Pending = g.deployment.DesiredCount, g.counts.ActiveRunning, g.counts.ActivePending()
		}
	}
}

// putRecords adds the changed service deployments to the plan.
func (p *planner) putRecords() {
	for _, before := range p.in.ServiceDeployments {
		if r := p.records[before.ARN]; !reflect.DeepEqual(before, r) {
			r.UpdatedAt = p.now
			p.do(verb.PutServiceDeployment{ServiceDeployment: r})
		}
	}
}
