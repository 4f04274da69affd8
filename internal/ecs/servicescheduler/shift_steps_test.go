package servicescheduler

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestCanary(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(5),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}, nil)
	f.pass(time.Hour) // the first revision has all traffic at once
	f.expectState("CLEAN_UP, SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 2/2")
	f.release()
	f.goOn()
	const both = ", PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2"
	f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 50/950, test 100/0" + both)
	f.expectWeights("5 100, 95 0")
	f.pass(10*time.Minute - time.Second)
	f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 50/950, test 100/0" + both)
	f.pass(time.Second)
	f.expectState("BAKE_TIME 1, IN_PROGRESS, live 100/0, test 100/0" + both)
	f.expectWeights("100 100, 0 0")
	f.pass(5 * time.Minute)
	f.expectState("CLEAN_UP 1, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
}

func TestLinear(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy:            types.DeploymentStrategyLinear,
		LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(33.3), StepBakeTimeInMinutes: aws.Int32(1)},
	}, nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	for _, live := range []string{"333/667", "666/334", "999/1"} {
		if got := f.weights(f.live); got != live {
			t.Fatalf("weights are %s, want %s", got, live)
		}
		f.pass(time.Minute)
	}
	f.expectState("CLEAN_UP 3, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
}

// A service without load balancers goes through the stages all the same.
func TestBlueGreenWithoutLoadBalancers(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.Deployments[0].Revision.LoadBalancers = nil })
	f.pass(time.Hour)
	f.deploy(false)
	f.goOn()
	f.expectState("SCALE_UP, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in none 2/2, ACTIVE COMPLETED in none 2/2")
	f.pass(41 * time.Second)
	f.expectState("BAKE_TIME, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in none 2/2, ACTIVE COMPLETED in none 2/2")
	f.pass(5 * time.Minute)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 1/0, test 1/0, PRIMARY COMPLETED in none 2/2")
	if r := f.record(); r.Target.ProductionWeight != nil || r.Target.TestWeight != nil {
		t.Errorf("it shows weights: %+v", r.Target)
	}
}

// A changed desired count goes to both revisions, and a task that is lost is replaced in its own group.
func TestBothRevisionsAreScaledAndMended(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.change(func(s *state.Service) { s.DesiredCount = 3 })
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 3/3, ACTIVE COMPLETED in green 3/3")
	for _, d := range f.service().Deployments {
		f.end(f.tasksOf(d)[0], types.TaskStopCodeEssentialContainerExited)
	}
	f.goOn()
	for _, d := range f.service().Deployments {
		tasks := f.tasksOf(d)
		for _, task := range tasks {
			if got := *task.Spec.LoadBalancers[0].TargetGroupArn; got != d.Revision.TargetGroups[0] {
				t.Errorf("a task of %s is in %s", d.ID, got)
			}
		}
		if len(tasks) != 3 {
			t.Errorf("%d tasks of %s", len(tasks), d.ID)
		}
	}
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 1/1, ACTIVE COMPLETED in green 1/1")
}

// Without the circuit breaker, tasks that fail are started again and again, for a day.
func TestScaleUpKeepsTryingForADay(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	for begin := f.now; f.now.Before(begin.Add(23 * time.Hour)); f.now = f.now.Add(30 * time.Minute) {
		f.schedule()
		for _, task := range f.tasksOf(f.service().Deployments[0]) {
			f.end(task, types.TaskStopCodeTaskFailedToStart)
		}
	}
	f.schedule()
	if r := f.record(); r.Status != types.ServiceDeploymentStatusInProgress || r.Shift.Stage != types.ServiceDeploymentLifecycleStageScaleUp {
		t.Fatal(f.state())
	}
	f.now = f.now.Add(time.Hour)
	f.schedule()
	if r := f.record(); r.Rollback == nil || r.Rollback.Reason != "Service deployment rolled back because the SCALE_UP stage timed out." {
		t.Fatalf("%s: %+v", f.state(), r.Rollback)
	}
	f.goOn()
	f.expectState("back CLEAN_UP, ROLLBACK_SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 2/2")
}

// At each stage that it may have come to, traffic has not shifted as the deployment promised, so it has not succeeded.
// Its hooks end, and it stops once the tasks have. A rollback has failed.
func TestADeletedServiceEndsItsShift(t *testing.T) {
	for _, c := range []struct {
		hooks []types.DeploymentLifecycleHook
		back  bool
		want  types.ServiceDeploymentStatus
		why   string
	}{
		{nil, false, types.ServiceDeploymentStatusStopped, "Service deployment stopped because the service was deleted."},
		{[]types.DeploymentLifecycleHook{pauseAt(types.DeploymentLifecycleHookStagePostScaleUp)}, false, types.ServiceDeploymentStatusStopped,
			"Service deployment stopped because the service was deleted."},
		{nil, true, types.ServiceDeploymentStatusRollbackFailed, "The rollback failed because the service was deleted."},
	} {
		f := newShiftFixture(t, blueGreen(), nil)
		f.pass(time.Hour)
		f.configureHooks(c.hooks...)
		f.release()
		f.goOn()
		if c.back {
			f.away = true
			f.stop(types.StopServiceDeploymentStopTypeRollback)
			f.goOn()
		}
		since := len(f.messages())
		f.change(func(s *state.Service) { s.DesiredCount, s.DeletedAt = 0, f.now })
		f.schedule()
		if r := f.record(); r.Ended() || !c.back && r.Status != types.ServiceDeploymentStatusStopRequested {
			t.Errorf("while tasks stop, it is %s", r.Status)
		}
		f.goOn()
		s, r := f.service(), f.record()
		if s.Status() != state.ServiceInactive || r.Status != c.want || r.StatusReason != c.why {
			t.Errorf("the service is %s, its deployment %s: %q", s.Status(), r.Status, r.StatusReason)
		}
		for _, m := range f.messages()[since:] {
			if strings.Contains(m, "deployment completed") || strings.Contains(m, "steady state") {
				t.Errorf("an event says %q", m)
			}
		}
		for _, h := range r.Hooks {
			if !h.Ended() {
				t.Errorf("a hook is still asked: %+v", h)
			}
		}
	}
}

// With --aws-delays the two shifts take ten minutes longer on a network load balancer, and each step does. A
// bake time begins afterwards.
func TestShiftsOfNetworkLoadBalancersTakeLonger(t *testing.T) {
	for kind, longer := range map[elb.LoadBalancerTypeEnum]time.Duration{
		elb.LoadBalancerTypeEnumApplication: 0, elb.LoadBalancerTypeEnumNetwork: 10 * time.Minute,
	} {
		f := newShiftFixtureOn(t, kind, types.DeploymentConfiguration{
			Strategy:            types.DeploymentStrategyCanary,
			CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(1)},
		}, nil)
		f.delays.NetworkShift = 10 * time.Minute
		f.pass(time.Hour)
		f.release()
		f.goOn()
		const both = ", PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2"
		if longer > 0 {
			f.pass(longer - time.Second)
			f.expectState("TEST_TRAFFIC_SHIFT, IN_PROGRESS, live 0/100, test 100/0" + both)
			f.pass(time.Second)
		}
		f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 50/950, test 100/0" + both)
		f.pass(longer + time.Minute - time.Second)
		f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 50/950, test 100/0" + both)
		f.pass(time.Second)
		if longer > 0 {
			f.pass(longer - time.Second)
			f.expectState("PRODUCTION_TRAFFIC_SHIFT 1, IN_PROGRESS, live 100/0, test 100/0" + both)
			f.pass(time.Second)
		}
		f.expectState("CLEAN_UP 1, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
	}
}
