package shift

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// hookTimeout is for how long a hook may take where nothing is said. Source: ECS API reference,
// DeploymentLifecycleHookTimeoutConfiguration.
const hookTimeout = 1440

// answer is what the hooks of a stage say together.
type answer struct {
	through bool   // all have said yes, or there are none
	failure string // why the deployment goes back
	paused  bool   // an operator has to decide
	unled   bool   // none is asked: traffic is not yet led as the stage wants it
	until   time.Time
}

// hooks asks those of the stage that have not been asked, lets them time out, and sums up what they
// say.
func (a *advance) hooks() answer {
	s := a.Shift
	if !slices.ContainsFunc(a.Hooks, a.ofStage) {
		for _, h := range a.Course.Hooks {
			if slices.Contains(h.LifecycleStages, types.DeploymentLifecycleHookStage(s.Stage)) {
				a.own()
				a.Hooks = append(a.Hooks, a.newHook(h))
			}
		}
	}
	sum := answer{through: true}
	for i := range a.Hooks {
		if h := a.Hooks[i]; a.ofStage(h) {
			if !h.Ended() && !a.Now.Before(h.ExpiresAt) {
				a.own()
				a.Hooks[i].Status, a.Hooks[i].UpdatedAt = types.DeploymentLifecycleHookStatusTimedOut, a.Now
			}
			sum.add(a.Hooks[i])
		}
	}
	return sum
}

// own has the list of hooks be the advance's own, which may be changed.
func (a *advance) own() {
	if !a.owned {
		a.Hooks, a.owned = slices.Clone(a.Hooks), true
	}
}

// ofStage reports whether a hook was asked at the stage and step that the deployment is at.
func (a *advance) ofStage(h state.LifecycleHook) bool {
	return Stage(h.Stage) == a.Shift.Stage && h.Step == a.Shift.Step && h.Back == a.Shift.Back
}

func (a *answer) add(h state.LifecycleHook) {
	switch h.Status {
	case types.DeploymentLifecycleHookStatusSucceeded:
	case types.DeploymentLifecycleHookStatusFailed:
		a.fail(whyFailed(h))
	case types.DeploymentLifecycleHookStatusTimedOut:
		if h.TimeoutAction != types.DeploymentLifecycleHookActionContinue {
			a.fail(whyOverdue(h))
		}
	default:
		a.through = false
		a.paused = a.paused || h.TargetType == types.DeploymentLifecycleHookTargetTypePause
		a.until = earlier(a.until, h.ExpiresAt)
	}
}

func (a *answer) fail(why string) { a.through, a.failure = false, cmp.Or(a.failure, why) }

func whyFailed(h state.LifecycleHook) string {
	if h.TargetType == types.DeploymentLifecycleHookTargetTypePause {
		return pauseRefused(h)
	}
	return hookFailed(h)
}

func whyOverdue(h state.LifecycleHook) string {
	if h.TargetType == types.DeploymentLifecycleHookTargetTypePause {
		return pauseOverdue(h)
	}
	return hookOverdue(h)
}

// newHook is a hook that is asked now. Its ids are made when it is written.
func (a *advance) newHook(h types.DeploymentLifecycleHook) state.LifecycleHook {
	timeout := types.DeploymentLifecycleHookTimeoutConfiguration{}
	if h.TimeoutConfiguration != nil {
		timeout = *h.TimeoutConfiguration
	}
	row := state.LifecycleHook{
		TargetType: cmp.Or(h.TargetType, types.DeploymentLifecycleHookTargetTypeAwsLambda),
		Stage:      types.DeploymentLifecycleHookStage(a.Shift.Stage), Step: a.Shift.Step, Back: a.Shift.Back,
		Status:        types.DeploymentLifecycleHookStatusAwaitingAction,
		TimeoutAction: cmp.Or(timeout.Action, types.DeploymentLifecycleHookActionRollback),
		ExpiresAt:     a.Now.Add(minutes(timeout.TimeoutInMinutes, hookTimeout)), UpdatedAt: a.Now,
	}
	if row.TargetType == types.DeploymentLifecycleHookTargetTypePause {
		return row
	}
	row.Status, row.CallAt = types.DeploymentLifecycleHookStatusInProgress, a.Now
	row.TargetARN, row.RoleARN, row.Details = aws.ToString(h.HookTargetArn), aws.ToString(h.RoleArn), json.RawMessage(h.HookDetails)
	row.ProductionWeights, row.TestWeights = a.told()
	return row
}

// told are the weights that a target hears of: those of the traffic that shifts, and of both while a
// service is reconciled; else it hears of none.
//
// Source: ECS developer guide, lifecycle hooks; public reports of users for the stages without weights.
func (a *advance) told() (live, test map[string]float64) {
	t := TrafficOf(&a.Shift, a.Course)
	live, test = map[string]float64{}, map[string]float64{}
	if a.Shift.Stage == production || a.Shift.Stage == reconcile {
		a.shares(live, t.Production)
	}
	if a.Shift.Stage == testShift || a.Shift.Stage == reconcile {
		a.shares(test, t.Test)
	}
	return live, test
}

func (a *advance) shares(of map[string]float64, target float64) {
	of[a.Target.ARN] = target
	if a.Source.ARN != "" {
		of[a.Source.ARN] = 100 - target
	}
}

// EndHooks ends the hooks that are still asked, when their deployment goes another way.
func EndHooks(hooks []state.LifecycleHook, now time.Time) []state.LifecycleHook {
	hooks = slices.Clone(hooks)
	for i := range hooks {
		if !hooks[i].Ended() {
			hooks[i].Status, hooks[i].UpdatedAt = types.DeploymentLifecycleHookStatusFailed, now
		}
	}
	return hooks
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
