package record

import (
	"reflect"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Record returns the copy of the service deployment of a deployment; nil if
// that has ended.
func (p *Progress) Record(d *state.Deployment) *state.ServiceDeployment {
	return p.Records[d.ServiceDeploymentARN]
}

// Follow brings the service deployments in line with what has become of the
// deployments that they are made of. One that is superseded stops while its tasks are
// replaced. Tasks that stay, because the newer deployment has failed, are of no service
// deployment under way.
func (p *Progress) Follow() {
	front := p.Service.Primary()
	for _, d := range p.Input.Service.Deployments {
		r := p.Record(d)
		switch {
		case r == nil || r.Ended():
		case d.ServiceDeploymentARN == front.ServiceDeploymentARN:
			p.followFront(r, front)
		case p.lists(r) && front.RolloutState != types.DeploymentRolloutStateFailed && !p.settled(r, front):
			r.Status = types.ServiceDeploymentStatusStopRequested
			p.EndHooks(r)
		default:
			p.End(r, types.ServiceDeploymentStatusStopped, ReasonSuperseded)
		}
	}
}

// settled reports whether the deployment that supersedes one which shifts traffic has led that to one
// revision, whichever it is: it may be the source of that which began.
func (p *Progress) settled(r *state.ServiceDeployment, front *state.Deployment) bool {
	by := p.Record(front)
	return r.Shift != nil && by != nil && by.Shift != nil && !shift.Reconciles(by.Shift)
}

// EndHooks ends the hooks that are still asked.
func (p *Progress) EndHooks(r *state.ServiceDeployment) {
	if slices.ContainsFunc(r.Hooks, func(h state.LifecycleHook) bool { return !h.Ended() }) {
		r.Hooks = shift.EndHooks(r.Hooks, p.Now)
	}
}

// followFront brings the service deployment of the PRIMARY deployment in line with it.
func (p *Progress) followFront(r *state.ServiceDeployment, d *state.Deployment) {
	if r.StartedAt.IsZero() {
		r.StartedAt = p.Now
	}
	if r.Status == types.ServiceDeploymentStatusPending {
		r.Status = types.ServiceDeploymentStatusInProgress
	}
	if d.RestoresID == "" {
		p.FollowCircuitBreaker(r, d)
	}
	switch {
	case d.RolloutState == types.DeploymentRolloutStateFailed && p.Service.Status() != state.ServiceActive:
		p.followGivenUp(r)
	case d.RolloutState != types.DeploymentRolloutStateCompleted:
	case r.Rollback != nil:
		p.End(r, types.ServiceDeploymentStatusRollbackSuccessful, r.Rollback.Reason)
	case r.StopType != "": // the service was deleted before the scheduler could obey
		p.End(r, types.ServiceDeploymentStatusStopped, ReasonUserStop)
	default:
		p.End(r, types.ServiceDeploymentStatusSuccessful, "")
	}
}

// FollowCircuitBreaker keeps what the circuit breaker sees. Of one that is off, only
// the numbers are shown.
func (p *Progress) FollowCircuitBreaker(r *state.ServiceDeployment, d *state.Deployment) {
	breaker := bounds.CircuitBreaker(p.Service.DeploymentConfiguration)
	seen := state.CircuitBreaker{
		Status:       types.ServiceDeploymentRollbackMonitorsStatusDisabled,
		FailureCount: d.FailedTasks, Threshold: bounds.Threshold(breaker.ThresholdConfiguration, p.DesiredCount()),
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
func (p *Progress) lists(r *state.ServiceDeployment) bool {
	return slices.ContainsFunc(p.Service.Deployments, func(d *state.Deployment) bool {
		return d.ServiceDeploymentARN == r.ARN
	})
}

// End ends a service deployment: nothing will happen to it any more.
func (p *Progress) End(r *state.ServiceDeployment, status types.ServiceDeploymentStatus, reason string) {
	p.EndHooks(r)
	StopWatching(r)
	r.Status, r.StatusReason, r.FinishedAt = status, reason, p.Now
	if status == types.ServiceDeploymentStatusStopped {
		r.StoppedAt = p.Now
	}
	p.countAtEnd(&r.Target)
	for i := range r.Sources {
		p.countAtEnd(&r.Sources[i])
	}
}

// countAtEnd keeps the counts of a revision; zeros if its deployment is gone.
func (p *Progress) countAtEnd(r *state.DeployedRevision) {
	r.Requested, r.Running, r.Pending = 0, 0, 0
	for _, g := range p.Generations {
		if g.Deployment.ID == r.DeploymentID {
			r.Requested, r.Running, r.Pending = g.Deployment.DesiredCount, g.Counts.ActiveRunning, g.Counts.ActivePending()
		}
	}
}

// Put adds the changed service deployments to the plan.
func (p *Progress) Put() {
	for _, before := range p.ServiceDeployments {
		if r := p.Records[before.ARN]; !reflect.DeepEqual(before, r) {
			r.UpdatedAt = p.Now
			p.Plan.Do(verb.PutServiceDeployment{ServiceDeployment: r})
		}
	}
}

// StopWatching says of a deployment that ends, or goes another way, that its alarms matter no more.
func StopWatching(r *state.ServiceDeployment) {
	if r.Alarms.Status == types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
		r.Alarms.Status = types.ServiceDeploymentRollbackMonitorsStatusMonitoringComplete
	}
}
