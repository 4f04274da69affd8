package servicescheduler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func pauseAt(stages ...types.DeploymentLifecycleHookStage) types.DeploymentLifecycleHook {
	return types.DeploymentLifecycleHook{TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: stages}
}

func lambdaAt(stages ...types.DeploymentLifecycleHookStage) types.DeploymentLifecycleHook {
	return types.DeploymentLifecycleHook{HookTargetArn: aws.String("arn:hook"), RoleArn: aws.String("arn:role"), LifecycleStages: stages}
}

// configureHooks changes the hooks of the service, for the next deployments.
func (f *shiftFixture) configureHooks(hooks ...types.DeploymentLifecycleHook) {
	f.t.Helper()
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.LifecycleHooks = hooks
		s.DeploymentConfiguration = &c
	})
}

// answer has all hooks that are asked say yes; with a reason, they fail.
func (f *shiftFixture) answer(reason string) (n int) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		r := f.record()
		for _, h := range r.Hooks {
			if h.Ended() {
				continue
			}
			n++
			a := state.LifecycleHookAnswer{Status: types.DeploymentLifecycleHookStatusSucceeded}
			if reason != "" {
				a = state.LifecycleHookAnswer{Status: types.DeploymentLifecycleHookStatusFailed, StatusReason: reason}
			}
			state.AnswerLifecycleHook(tx, r.ARN, h.ID, a, f.now)
		}
	})
	return n
}

var allStages = types.DeploymentLifecycleHookStage("").Values()

// Hooks are asked at each stage, those of the production shift at each step; and on the way back those of
// the shifts again, with turned weights.
func TestHooksAreAskedAtEachStage(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(5),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}, nil)
	f.pass(time.Hour)
	f.configureHooks(lambdaAt(allStages...))
	f.release()
	for f.goOn(); f.record().Shift.Stage != types.ServiceDeploymentLifecycleStageBakeTime; f.goOn() {
		if f.answer("") == 0 { // the step bakes
			f.pass(10 * time.Minute)
		}
	}
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	for range 3 {
		f.goOn()
		f.answer("")
	}
	f.expectState("back CLEAN_UP 1, " + rolledBackState)
	var got []string
	r := f.record()
	blue, green := r.Sources[0].ARN, r.Target.ARN
	ids := map[string]bool{}
	for _, h := range r.Hooks {
		line := fmt.Sprintf("%s %d", h.Stage, h.Step)
		if h.Back {
			line = "back " + line
		}
		if len(h.ProductionWeights) > 0 {
			line += fmt.Sprintf(" live %v/%v", h.ProductionWeights[blue], h.ProductionWeights[green])
		}
		if len(h.TestWeights) > 0 {
			line += fmt.Sprintf(" test %v/%v", h.TestWeights[blue], h.TestWeights[green])
		}
		got = append(got, line)
		ids[h.ID], ids[h.ExecutionID] = true, true
		if !strings.HasPrefix(h.ID, "ecs-lambda-") || len(h.ID) != len("ecs-lambda-")+43 || h.TargetARN != "arn:hook" || h.RoleARN != "arn:role" {
			t.Errorf("a hook is %+v", h)
		}
	}
	want := []string{
		"PRE_SCALE_UP 0", "POST_SCALE_UP 0", "TEST_TRAFFIC_SHIFT 0 test 0/100", "POST_TEST_TRAFFIC_SHIFT 0",
		"PRE_PRODUCTION_TRAFFIC_SHIFT 0", "PRODUCTION_TRAFFIC_SHIFT 0 live 95/5",
		"PRE_PRODUCTION_TRAFFIC_SHIFT 1", "PRODUCTION_TRAFFIC_SHIFT 1 live 0/100", "POST_PRODUCTION_TRAFFIC_SHIFT 1",
		"back TEST_TRAFFIC_SHIFT 1 test 100/0", "back PRODUCTION_TRAFFIC_SHIFT 1 live 100/0",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("hooks\n%s\nwant\n%s", g, w)
	}
	if len(ids) != 2*len(want) {
		t.Errorf("%d ids of %d hooks", len(ids), len(want))
	}
}

// Several hooks of a stage are asked at once, and all of them must agree.
func TestAllHooksMustAgree(t *testing.T) {
	at := types.DeploymentLifecycleHookStagePostTestTrafficShift
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.configureHooks(pauseAt(at), lambdaAt(at))
	f.release()
	f.goOn()
	hooks := f.record().Hooks
	if len(hooks) != 2 || hooks[0].Status != types.DeploymentLifecycleHookStatusAwaitingAction || hooks[1].Status != types.DeploymentLifecycleHookStatusInProgress ||
		!hooks[1].CallAt.Equal(f.now) || !hooks[0].ExpiresAt.Equal(f.now.Add(24*time.Hour)) || hooks[0].TimeoutAction != types.DeploymentLifecycleHookActionRollback {
		t.Fatalf("%+v", hooks)
	}
	f.update(func(tx *store.Tx) {
		state.DecideLifecycleHook(tx, f.record().ARN, hooks[0].ID, types.DeploymentLifecycleHookActionContinue, f.now)
	})
	f.goOn()
	f.expectState("POST_TEST_TRAFFIC_SHIFT, IN_PROGRESS, live 0/100, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.answer("Lifecycle hook target arn:hook returned FAILED status.")
	f.goOn()
	f.expectState("back CLEAN_UP, " + rolledBackState)
	if got, want := f.record().StatusReason, "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. "+
		"Lifecycle hook target arn:hook returned FAILED status."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPauses(t *testing.T) {
	at := types.DeploymentLifecycleHookStagePostTestTrafficShift
	timeout := func(action types.DeploymentLifecycleHookAction) *types.DeploymentLifecycleHookTimeoutConfiguration {
		return &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(20160), Action: action}
	}
	const paused = "POST_TEST_TRAFFIC_SHIFT, IN_PROGRESS, live 0/100, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2"
	for name, c := range map[string]struct {
		action types.DeploymentLifecycleHookAction
		then   func(f *shiftFixture)
		want   string
		reason string
	}{
		"timed out": {"", func(f *shiftFixture) { f.pass(time.Second) }, "back CLEAN_UP, " + rolledBackState,
			"Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out."},
		"timed out, goes on": {types.DeploymentLifecycleHookActionContinue, func(f *shiftFixture) { f.pass(time.Second) },
			"BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2", ""},
		"sent back": {"", func(f *shiftFixture) {
			f.update(func(tx *store.Tx) {
				state.DecideLifecycleHook(tx, f.record().ARN, f.record().Hooks[0].ID, types.DeploymentLifecycleHookActionRollback, f.now)
			})
		}, "back CLEAN_UP, " + rolledBackState, "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook was continued with ROLLBACK."},
	} {
		t.Run(name, func(t *testing.T) {
			f := newShiftFixture(t, blueGreen(), nil)
			f.pass(time.Hour)
			hook := pauseAt(at)
			hook.TimeoutConfiguration = timeout(c.action)
			f.configureHooks(hook)
			f.release()
			f.goOn()
			f.pass(14*24*time.Hour - time.Second)
			f.expectState(paused)
			c.then(f)
			f.goOn()
			f.expectState(c.want)
			if got := f.record().StatusReason; got != c.reason {
				t.Errorf("%q, want %q", got, c.reason)
			}
		})
	}
}
