package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

// ends looks for what ends a run before its time, and reports whether there is something.
func (a *advance) ends() bool {
	if lost := a.lost(); a.seen.Refused == nil && lost != nil {
		return a.end(types.DeploymentStatusFailed, lost, false)
	}
	if a.Stop != nil {
		return a.end(types.DeploymentStatusStopped, a.stopped(), a.Stop.Rollback)
	}
	if len(a.seen.Alarms) > 0 && a.RollbackOf == "" {
		return a.end(types.DeploymentStatusStopped, failure(types.ErrorCodeAlarmActive,
			"One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments "+
				"have been stopped. Activated alarms: <%s>", strings.Join(a.seen.Alarms, ", ")), a.rollsBackOn(types.AutoRollbackEventDeploymentStopOnAlarm))
	}
	if r := a.seen.Refused; r != nil && !r.TooManySets() {
		return a.broken(r.failure())
	}
	if rule, changed := a.changed(); a.seen.Refused == nil && changed && !a.harmless() {
		return a.broken(failure(types.ErrorCodeElasticLoadBalancingInvalid, "The rule %s was changed during the deployment.", rule))
	}
	return false
}

func (a *advance) stopped() *types.ErrorInformation {
	return failure(types.ErrorCodeManualStop, "The deployment was stopped by a user.")
}

// harmless reports whether a rollback can go on though a user has changed rules: none leads to the task set that goes.
func (a *advance) harmless() bool {
	return a.RollbackOf != "" && !slices.ContainsFunc(a.seen.Rules, func(r Rule) bool { return r.Weights[a.run.Green.TargetGroup] > 0 })
}

// broken is that a deployment has failed.
func (a *advance) broken(why *types.ErrorInformation) bool {
	return a.end(types.DeploymentStatusFailed, why, a.rollsBackOn(types.AutoRollbackEventDeploymentFailure))
}

// rollsBackOn reports whether the deployment group takes deployments back after an event (CD0018).
func (a *advance) rollsBackOn(event types.AutoRollbackEvent) bool {
	c := a.Settings.AutoRollbackConfiguration
	return c != nil && c.Enabled && slices.Contains(c.Events, event)
}

// end ends a run, now or when its green task set is gone.
func (a *advance) end(as types.DeploymentStatus, why *types.ErrorInformation, back bool) bool {
	current := a.event()
	a.notice() // or what takes the run back holds its last weights for a change of a user
	a.skip(as, why)
	a.run.Failure = why
	a.found() // a set that was made, and whose row is not written yet
	switch {
	case a.run.Green.ID == "" || a.seen.Service == nil: // there is nothing to take back
		a.run.Status = as
	case back && a.RollbackOf == "":
		a.run.Status = as
		a.rollBack(why)
	case a.RollbackOf == "" && current != nil && (current.Name == beforeInstall || current.Name == install):
		// No traffic has come near the green task set, which no user can delete (ECS0332.3): it goes, though the deployment is not
		// taken back. This is the emulator's choice.
		a.result.Do = nil
	default: // all stays as it is (CD0018)
		a.run.Status = as
	}
	return true
}

// skip ends all lifecycle events.
func (a *advance) skip(as types.DeploymentStatus, why *types.ErrorInformation) {
	for i := range a.run.Events {
		switch e := &a.run.Events[i]; {
		case !e.EndedAt.IsZero():
		case e.StartedAt.IsZero() || as == types.DeploymentStatusStopped:
			e.Status, e.EndedAt = types.LifecycleEventStatusSkipped, a.now
		default:
			e.Status, e.EndedAt, e.Message = types.LifecycleEventStatusFailed, a.now, aws.ToString(why.Message)
		}
	}
}

// unwind deletes the green task set of a run that ends, before it does.
func (a *advance) unwind() bool {
	green := a.set(a.run.Green.ID)
	if a.seen.Refused == nil && green != nil && status(green) != draining {
		a.do(&DeleteTaskSet{a.run.Green.ID})
		return false
	}
	a.run.Status = types.DeploymentStatusFailed
	if a.run.Failure.Code == types.ErrorCodeManualStop || a.run.Failure.Code == types.ErrorCodeAlarmActive {
		a.run.Status = types.DeploymentStatusStopped
	}
	return false
}

// rollBack begins a deployment that takes this one back. Those of its lifecycle events that it does not need are skipped, and it calls
// no function.
func (a *advance) rollBack(why *types.ErrorInformation) {
	back := *a.Deployment
	back.ID, back.Creator, back.RollbackOf = a.seen.ID, types.DeploymentCreatorCodeDeployRollback, a.ID
	// Rows are kept to the millisecond, and this time is a part of the key. It is later than the one of the deployment, also where
	// the clock stands still: lists have deployments in the order of their times.
	back.CreatedAt = a.now.UTC().Truncate(time.Millisecond)
	if !back.CreatedAt.After(a.CreatedAt) {
		back.CreatedAt = a.CreatedAt.Add(time.Millisecond)
	}
	back.Stop, back.Continued, back.Answers, back.Alarms, back.Description = nil, nil, nil, nil, ""
	if back.Previous != nil {
		back.Location = *back.Previous
	}
	run := codedeploy.Run{
		ID: back.ID, Status: types.DeploymentStatusCreated, Blue: a.run.Blue, Green: a.run.Green, Rules: a.run.Rules,
		Rollback: &types.RollbackInfo{
			RollbackTriggeringDeploymentId: aws.String(a.ID),
			RollbackMessage:                aws.String(fmt.Sprintf("The deployment takes %s back: %s", a.ID, aws.ToString(why.Message))),
		},
	}
	for _, e := range a.run.Events {
		own := codedeploy.Event{Name: e.Name, Status: types.LifecycleEventStatusPending}
		if e.Name != allowTraffic {
			own.Status, own.StartedAt, own.EndedAt = types.LifecycleEventStatusSkipped, a.now, a.now
		}
		run.Events = append(run.Events, own)
	}
	a.run.Rollback = &types.RollbackInfo{
		RollbackDeploymentId: aws.String(back.ID),
		RollbackMessage:      aws.String(fmt.Sprintf("The deployment is taken back by %s.", back.ID)),
	}
	a.result.Rollback = &Rollback{Deployment: back, Run: run}
}
