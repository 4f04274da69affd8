package run

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// ready reports whether production traffic may shift: a deployment with this wait is Ready until a user continues it, or stops when
// the time is over (CD0016).
func (a *advance) ready() bool {
	option, _ := a.blueGreen()
	if option.ActionOnTimeout != types.DeploymentReadyActionStopDeployment {
		return true
	}
	if a.run.ReadyAt.IsZero() {
		a.run.ReadyAt, a.run.Status = a.now, types.DeploymentStatusReady
	}
	if at, continued := a.Continued[types.DeploymentWaitTypeReadyWait]; continued && !at.Before(a.run.ReadyAt) {
		a.run.Status = types.DeploymentStatusInProgress
		return true
	}
	if a.until(a.run.ReadyAt.Add(minutes(option.WaitTimeInMinutes))) {
		a.end(types.DeploymentStatusStopped, failure(types.ErrorCodeManualStop,
			"The deployment was not continued within %d minutes.", option.WaitTimeInMinutes), a.rollsBackOn(types.AutoRollbackEventDeploymentStopOnRequest))
	}
	return false
}

// await waits before the original task set goes, and promotes the other one: from then on there is no way back.
func (a *advance) await() bool {
	if a.run.WaitsAt.IsZero() {
		a.run.WaitsAt = a.now
	}
	_, option := a.blueGreen()
	at, continued := a.Continued[types.DeploymentWaitTypeTerminationWait]
	over := continued && !at.Before(a.run.WaitsAt)
	if over || a.until(a.run.WaitsAt.Add(minutes(option.TerminationWaitTimeInMinutes))) {
		a.do(&Promote{a.run.Green.ID})
	}
	return false
}

// finish deletes the original task set, and ends the run when it is gone (CD0017). What a user asks for now comes too late.
func (a *advance) finish() bool {
	blue := a.set(a.run.Blue.ID)
	switch r := a.seen.Refused; {
	case blue == nil:
		a.run.Status = types.DeploymentStatusSucceeded
	case r != nil && status(blue) != draining:
		a.end(types.DeploymentStatusFailed, r.failure(), false)
	case status(blue) != draining:
		a.do(&DeleteTaskSet{a.run.Blue.ID})
	}
	return false
}

// takeBack leads all traffic back to the original task set, deletes the other one, and ends the run when it is gone.
func (a *advance) takeBack() bool {
	e, green, blue := a.event(), a.set(a.run.Green.ID), a.set(a.run.Blue.ID)
	switch {
	case e == nil && green == nil:
		a.run.Status = types.DeploymentStatusSucceeded
		return false
	case e == nil && status(green) != draining:
		a.do(&DeleteTaskSet{a.run.Green.ID})
		return false
	case e == nil:
		return false
	}
	if e.StartedAt.IsZero() {
		e.StartedAt, e.Status = a.now, types.LifecycleEventStatusInProgress
	}
	switch {
	case blue == nil || status(blue) == draining:
		return a.broken(failure(types.ErrorCodeInvalidEcsService, "The task set %s is not there any more.", a.run.Blue.ID))
	case blue.RunningCount == 0 && green != nil && green.RunningCount > 0: // traffic goes to where tasks are
		if a.run.ScaledAt.IsZero() {
			a.run.ScaledAt = a.now
		}
		if a.until(a.run.ScaledAt.Add(installWithin)) {
			return a.broken(failure(types.ErrorCodeTimeout, "The task set %s has had no running tasks for an hour.", a.run.Blue.ID))
		}
		return false
	}
	a.run.ScaledAt = time.Time{}
	if !a.lead(Listeners(a.Deployment), 0) {
		return false
	}
	return a.succeeded(e)
}
