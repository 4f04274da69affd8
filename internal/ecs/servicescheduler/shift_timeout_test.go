package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// defers has each hook that is asked say for a time, again and again, that it has not decided.
func (f *shiftFixture) defers(d time.Duration) {
	f.t.Helper()
	const each = 30 * time.Minute
	for end := f.now.Add(d); f.now.Before(end); f.pass(min(each, end.Sub(f.now))) {
		f.update(func(tx *store.Tx) {
			r := f.record()
			for _, h := range r.Hooks {
				a := state.LifecycleHookAnswer{Status: types.DeploymentLifecycleHookStatusInProgress, CallAt: f.now.Add(each)}
				state.AnswerLifecycleHook(tx, r.ARN, h.ID, a, f.now)
			}
		})
	}
}

// A target that answers IN_PROGRESS without end is given up at the hook's limit, and at that of the stage if
// the hook may take longer. However often it answers, that adds no time.
func TestAHookThatNeverDecidesIsGivenUp(t *testing.T) {
	const prefix = "Service deployment rolled back because "
	for name, c := range map[string]struct {
		minutes *int32
		action  types.DeploymentLifecycleHookAction
		after   time.Duration
		want    string // the status reason; empty: it goes on
	}{
		"two hours":           {aws.Int32(120), "", 2 * time.Hour, prefix + "POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target arn:hook timed out."},
		"two hours, continue": {aws.Int32(120), types.DeploymentLifecycleHookActionContinue, 2 * time.Hour, ""},
		"no limit":            {nil, "", 24 * time.Hour, prefix + "POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target arn:hook timed out."},
		"two weeks":           {aws.Int32(20160), "", 24 * time.Hour, prefix + "the POST_SCALE_UP stage timed out."},
		"two weeks, continue": {aws.Int32(20160), types.DeploymentLifecycleHookActionContinue, 24 * time.Hour, prefix + "the POST_SCALE_UP stage timed out."},
	} {
		t.Run(name, func(t *testing.T) {
			f := newShiftFixture(t, blueGreen(), nil)
			f.pass(time.Hour)
			hook := lambdaAt(types.DeploymentLifecycleHookStagePostScaleUp)
			hook.TimeoutConfiguration = &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: c.minutes, Action: c.action}
			f.configureHooks(hook)
			f.release()
			f.goOn()
			f.defers(c.after - time.Second)
			f.expectState("POST_SCALE_UP, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
			f.pass(time.Second)
			switch r := f.record(); {
			case c.want == "":
				f.expectState("BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
			case r.StatusReason != c.want || r.Status != types.ServiceDeploymentStatusRollbackSuccessful:
				t.Errorf("%s: %q, want %q", r.Status, r.StatusReason, c.want)
			}
			for _, h := range f.record().Hooks {
				if !h.Ended() {
					t.Errorf("it is still asked: %+v", h)
				}
			}
		})
	}
}

// On the way back no operator can be asked for ever either.
func TestAHookThatNeverDecidesDoesNotKeepARollback(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.configureHooks(lambdaAt(types.DeploymentLifecycleHookStageTestTrafficShift, types.DeploymentLifecycleHookStageProductionTrafficShift))
	f.release()
	for f.goOn(); f.answer("") > 0; f.goOn() {
	}
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.goOn()
	f.defers(24*time.Hour - time.Second)
	f.expectState("back TEST_TRAFFIC_SHIFT, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2")
	f.defers(24*time.Hour + time.Second)
	f.expectState("back CLEAN_UP, " + rolledBackState)
}

// A deployment, paused by any hook, goes back after 30 days in all.
func TestADeploymentEndsAfterThirtyDays(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	pause := pauseAt(types.DeploymentLifecycleHookStagePreScaleUp, types.DeploymentLifecycleHookStagePostScaleUp, types.DeploymentLifecycleHookStagePostTestTrafficShift)
	pause.TimeoutConfiguration = &types.DeploymentLifecycleHookTimeoutConfiguration{
		TimeoutInMinutes: aws.Int32(20160), Action: types.DeploymentLifecycleHookActionContinue,
	}
	f.configureHooks(pause)
	f.release()
	f.pass(30*24*time.Hour - time.Second)
	f.expectState("POST_TEST_TRAFFIC_SHIFT, IN_PROGRESS, live 0/100, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.pass(time.Second)
	f.expectState("back CLEAN_UP, " + rolledBackState)
	if got, want := f.record().StatusReason, "Service deployment rolled back because it has not ended within 30 days."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
