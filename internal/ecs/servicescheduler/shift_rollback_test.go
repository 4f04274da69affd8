package servicescheduler

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const rolledBackState = "ROLLBACK_SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 2/2"

// stop asks for the end of the newest service deployment.
func (f *shiftFixture) stop(how types.StopServiceDeploymentStopType) {
	f.update(func(tx *store.Tx) { state.StopServiceDeployment(tx, f.record(), how, f.now) })
}

// From wherever a deployment has come to, it goes back: traffic first, and no task is started.
func TestRollbackFromEachStage(t *testing.T) {
	for _, c := range []struct {
		at   types.DeploymentLifecycleHookStage // where it pauses; empty: it bakes
		back string                             // the state while the load balancer does not hear
	}{
		{types.DeploymentLifecycleHookStagePreScaleUp, "back CLEAN_UP, " + rolledBackState},
		{types.DeploymentLifecycleHookStagePostScaleUp, "back CLEAN_UP, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 0/0"},
		{types.DeploymentLifecycleHookStagePostTestTrafficShift, "back TEST_TRAFFIC_SHIFT, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2"},
		{types.DeploymentLifecycleHookStagePreProductionTrafficShift, "back TEST_TRAFFIC_SHIFT, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2"},
		{types.DeploymentLifecycleHookStagePostProductionTrafficShift, "back TEST_TRAFFIC_SHIFT, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2"},
		{"", "back TEST_TRAFFIC_SHIFT, ROLLBACK_IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2"},
	} {
		t.Run(string(c.at), func(t *testing.T) {
			f := newShiftFixture(t, blueGreen(), nil)
			f.pass(time.Hour)
			if c.at != "" {
				f.configureHooks(pauseAt(c.at))
			}
			since, started := len(f.messages()), 0
			f.release()
			f.goOn()
			f.expectWeightsSum()
			for _, m := range f.messages()[since:] {
				started += strings.Count(m, "has started")
			}
			f.stop(types.StopServiceDeploymentStopTypeRollback)
			f.away = true
			f.schedule()
			if strings.HasPrefix(c.back, "back TEST") || c.at == types.DeploymentLifecycleHookStagePreScaleUp {
				f.goOn()
				f.expectState(c.back)
			}
			f.away = false
			f.goOn()
			f.expectState("back CLEAN_UP, " + rolledBackState)
			r := f.record()
			if r.StatusReason != record.ReasonUserRollback || r.Rollback.RevisionARN != f.service().Primary().Revision.ARN {
				t.Errorf("%q to %s", r.StatusReason, r.Rollback.RevisionARN)
			}
			again := 0
			for _, m := range f.messages()[since:] {
				again += strings.Count(m, "has started")
			}
			if again != started {
				t.Errorf("tasks were started: %q", f.messages()[since:])
			}
			f.release() // and the next one goes its way
			f.configureHooks()
			f.pass(time.Hour)
		})
	}
}

// Of blue that has begun to go, tasks come back before traffic does.
func TestRollbackFromCleanUp(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.now = f.now.Add(5 * time.Minute)
	f.schedule()
	f.expectState("CLEAN_UP, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, DRAINING COMPLETED in green 0/0")
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.schedule()
	f.expectState("back SCALE_UP, ROLLBACK_IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in green 2/2, ACTIVE FAILED in blue 2/2")
	f.goOn()
	f.expectState("back CLEAN_UP, " + rolledBackState)
}

func TestTheCircuitBreakerRollsBack(t *testing.T) {
	for _, rollback := range []bool{true, false} {
		f := newShiftFixture(t, blueGreen(), nil)
		f.pass(time.Hour)
		f.change(func(s *state.Service) {
			c := *s.DeploymentConfiguration
			c.DeploymentCircuitBreaker = breaker(rollback)
			s.DeploymentConfiguration = &c
		})
		since := len(f.messages())
		f.release()
		for range 2 * bounds.Threshold(nil, 1) {
			f.schedule()
			for _, task := range f.tasksOf(f.service().Deployments[0]) {
				if !running(task) {
					f.end(task, types.TaskStopCodeTaskFailedToStart)
				}
			}
			f.now = f.now.Add(time.Minute)
		}
		f.goOn()
		reason := map[bool]string{true: record.ReasonBreakerRollback, false: record.ReasonBreakerStop}[rollback]
		if want := "deployment failed: " + reason; !strings.Contains(strings.Join(f.messages()[since:], "\n"), want) {
			t.Errorf("%q lacks in %q", want, f.messages()[since:])
		}
		if rolloutState := f.service().Deployments[0].RolloutStateReason; !rollback && rolloutState != record.FailedReason {
			t.Errorf("%q", rolloutState)
		}
		if !rollback {
			f.expectState("SCALE_UP, STOPPED, live 0/100, test 0/100, PRIMARY FAILED in blue 0/0, ACTIVE COMPLETED in green 2/2")
			continue
		}
		f.expectState("back CLEAN_UP, " + rolledBackState)
		if got := f.record(); got.StatusReason != record.ReasonBreakerRollback || got.CircuitBreaker.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered {
			t.Errorf("%q, %+v", got.StatusReason, got.CircuitBreaker)
		}
		messages := strings.Join(f.messages()[since:], "\n")
		for _, want := range []string{"rolling back to deployment ", "deployment completed."} {
			if !strings.Contains(messages, want) {
				t.Errorf("%q lacks in\n%s", want, messages)
			}
		}
	}
}

// The first deployment of a service has nothing to go back to.
func TestNoCandidateForARollback(t *testing.T) {
	f := newShiftFixture(t, blueGreen(lambdaAt(types.DeploymentLifecycleHookStagePreScaleUp)), nil)
	f.goOn()
	f.answer("ECS was unable to parse the response from arn:hook due to: HookStatus must not be null.")
	f.goOn()
	f.expectState("PRE_SCALE_UP, ROLLBACK_FAILED, live 1/0, test 1/0, PRIMARY FAILED in green 0/0")
	if r := f.record(); r.StatusReason != "No rollback candidate was found to run the rollback." {
		t.Errorf("%q", r.StatusReason)
	}
	f.expectMessages(0, "(service web) (deployment ecs-svc/1) deployment failed: Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. "+
		"ECS was unable to parse the response from arn:hook due to: HookStatus must not be null.")
}

// A rule that serves from both groups, or from others, leaves no choice. It stays as it was found.
func TestRulesThatLeaveNoChoice(t *testing.T) {
	for why, change := range map[string]func(f *shiftFixture, tx *store.Tx){
		" should have exactly one target group serving traffic but found 2 target groups which are serving traffic": func(f *shiftFixture, tx *store.Tx) {
			f.lead(tx, f.live, elbv2.Weights{f.blue: 950, f.green: 50})
		},
		" should have exactly one target group serving traffic but found 0 target groups which are serving traffic": func(f *shiftFixture, tx *store.Tx) {
			f.lead(tx, f.live, elbv2.Weights{f.blue: 0, f.green: 0})
		},
		"One or more rules not found": func(f *shiftFixture, tx *store.Tx) { elbv2.DeleteRule(tx, elbv2.FindRule(tx, f.test)) },
		"Production listener rule is forwarding traffic to unexpected target group ": func(f *shiftFixture, tx *store.Tx) {
			other := *elbv2.FindTargetGroup(tx, f.green)
			other.ARN += "-other"
			elbv2.PutTargetGroup(tx, &other)
			f.lead(tx, f.live, elbv2.Weights{other.ARN: 1})
		},
	} {
		f := newShiftFixture(t, blueGreen(), nil)
		f.pass(time.Hour)
		f.update(func(tx *store.Tx) { change(f, tx) })
		before := f.weights(f.live)
		f.release()
		f.goOn()
		r := f.record()
		if r.Status != types.ServiceDeploymentStatusRollbackSuccessful || !strings.Contains(r.StatusReason, why) ||
			!strings.HasPrefix(r.StatusReason, "Service deployment rolled back because of invalid networking configuration. ") {
			t.Errorf("%s: %q, want %q", r.Status, r.StatusReason, why)
		}
		if got := f.weights(f.live); got != before {
			t.Errorf("weights have become %s", got)
		}
	}
}

// ABORT leaves traffic and both revisions as they stand, until the next deployment.
func TestAbortLeavesAllAsItStands(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy:            types.DeploymentStrategyCanary,
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}, nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.stop(types.StopServiceDeploymentStopTypeAbort)
	f.pass(48 * time.Hour)
	const stands = "PRODUCTION_TRAFFIC_SHIFT, STOPPED, live 50/950, test 100/0, PRIMARY FAILED in blue 2/2, ACTIVE COMPLETED in green 2/2"
	f.expectState(stands)
	f.end(f.tasksOf(f.service().Deployments[0])[0], types.TaskStopCodeEssentialContainerExited)
	f.goOn()
	f.expectState(stands)
	f.release()
	f.schedule()
	f.expectState("RECONCILE_SERVICE, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in none 0/0, ACTIVE COMPLETED in green 2/2, ACTIVE FAILED in blue 2/2")
	f.pass(time.Hour)
	f.expectState("CLEAN_UP 1, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
}

// A user deletes all listeners, and the targets of both revisions are not in use any more. There is nothing
// that traffic could be led back by, so a rollback goes on, from wherever the deployment has come to.
func TestRollbackWithoutListeners(t *testing.T) {
	for _, at := range []types.DeploymentLifecycleHookStage{
		types.DeploymentLifecycleHookStagePostScaleUp, types.DeploymentLifecycleHookStagePostTestTrafficShift,
		types.DeploymentLifecycleHookStagePostProductionTrafficShift, "", "CLEAN_UP",
	} {
		t.Run(string(at), func(t *testing.T) {
			f := newShiftFixture(t, blueGreen(), nil)
			f.pass(time.Hour)
			if at != "" && at != "CLEAN_UP" {
				f.configureHooks(pauseAt(at))
			}
			f.release()
			f.goOn()
			if at == "CLEAN_UP" {
				f.now = f.now.Add(5 * time.Minute)
				f.schedule()
			}
			f.deleteListeners()
			f.stop(types.StopServiceDeploymentStopTypeRollback)
			since := len(f.messages())
			f.pass(time.Minute)
			f.expectState("back CLEAN_UP, ROLLBACK_SUCCESSFUL, live 0/0, test 0/0, PRIMARY COMPLETED in green 2/2")
			if got := f.record().StatusReason; got != record.ReasonUserRollback {
				t.Errorf("%q", got)
			}
			for _, m := range f.messages()[since:] {
				if strings.Contains(m, "steady state") {
					t.Errorf("targets that are not in use are steady: %q", m)
				}
			}
		})
	}
}

// A deployment that begins without its rules goes back at once, with the cause as its reason.
func TestADeploymentWithoutListenersGoesBack(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.deleteListeners()
	f.release()
	f.pass(time.Minute)
	f.expectState("back CLEAN_UP, ROLLBACK_SUCCESSFUL, live 0/0, test 0/0, PRIMARY COMPLETED in green 2/2")
	const want = "Service deployment rolled back because of invalid networking configuration. One or more rules not found"
	if got := f.record().StatusReason; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// deleteListeners has the load balancer lead traffic nowhere.
func (f *shiftFixture) deleteListeners() {
	f.update(func(tx *store.Tx) {
		for _, l := range elbv2.LoadBalancerListeners(tx, f.balancer) {
			elbv2.DeleteListener(tx, l)
		}
	})
	f.unused = true
	for _, task := range f.tasks() {
		f.target(task, state.TargetUnused)
	}
}
