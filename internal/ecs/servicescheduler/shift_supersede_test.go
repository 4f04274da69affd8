package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// While traffic is split, it settles on the revision that completed last. The tasks of the other one go
// when the load balancer has heard of it.
func TestASupersededShiftSettlesOnItsSource(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy:            types.DeploymentStrategyCanary,
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}, nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.now = f.now.Add(time.Second)
	f.release()
	f.away = true
	f.goOn()
	f.expectState("RECONCILE_SERVICE, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in none 0/0, ACTIVE COMPLETED in green 2/2, ACTIVE IN_PROGRESS in blue 2/2")
	if old := f.records()[1]; old.Status != types.ServiceDeploymentStatusStopRequested {
		t.Errorf("the other one is %s", old.Status)
	}
	f.away = false
	f.goOn()
	f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 50/950, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	if old := f.records()[1]; old.Status != types.ServiceDeploymentStatusStopped || old.StatusReason != record.ReasonSuperseded {
		t.Errorf("the other one is %s: %q", old.Status, old.StatusReason)
	}
	f.pass(time.Hour)
	f.expectState("CLEAN_UP 1, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
}

// A revision that has all traffic has it on, though its deployment has not completed; a rollback goes back
// to it.
func TestASupersededShiftSettlesOnWhatHasAllTraffic(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.now = f.now.Add(time.Second)
	baking := f.service().Primary().ID
	f.release()
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2, ACTIVE IN_PROGRESS in blue 2/2")
	if old := f.records()[1]; old.Status != types.ServiceDeploymentStatusStopped {
		t.Errorf("the other one is %s", old.Status)
	}
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.goOn()
	f.expectState("back CLEAN_UP, ROLLBACK_SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
	if got := f.service().Primary().ID; got != baking {
		t.Errorf("it is back at %s", got)
	}
}

// Of a first deployment that is superseded before it has traffic, nothing stays.
func TestASupersededFirstDeploymentGoes(t *testing.T) {
	f := newShiftFixture(t, blueGreen(pauseAt(types.DeploymentLifecycleHookStagePostScaleUp)), nil)
	f.goOn()
	f.configureHooks()
	f.now = f.now.Add(time.Second)
	f.release()
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2")
	f.pass(time.Hour)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 2/2")
}

// While traffic goes back, another deployment may begin.
func TestARollbackThatIsSuperseded(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.away = true
	f.goOn()
	f.now = f.now.Add(time.Second)
	f.release()
	f.away = false
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE IN_PROGRESS in green 2/2")
	if old := f.records()[1]; old.Status != types.ServiceDeploymentStatusStopped {
		t.Errorf("the other one is %s", old.Status)
	}
	f.pass(time.Hour)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
}

// Back to ROLLING: new tasks go into the group that serves.
func TestBackToRolling(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.Strategy = types.DeploymentStrategyRolling
		s.DeploymentConfiguration = &c
	})
	f.release()
	f.pass(time.Hour)
	if got, want := f.state(), "SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 2/2"; got != want {
		t.Fatalf("it is %s, want %s", got, want)
	}
}

// A user shares traffic out to the first revision, and goes on with a rolling update before it has completed: all traffic
// goes where there are healthy tasks.
func TestARollingUpdateGoesWhereTasksAreHealthy(t *testing.T) {
	f := newShiftFixture(t, blueGreen(pauseAt(types.DeploymentLifecycleHookStagePostScaleUp)), nil)
	f.goOn()
	f.expectState("POST_SCALE_UP, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in green 2/2")
	f.update(func(tx *store.Tx) { f.lead(tx, f.live, elbv2.Weights{f.blue: 95, f.green: 5}) })
	f.configureHooks()
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.Strategy = types.DeploymentStrategyRolling
		s.DeploymentConfiguration = &c
	})
	f.now = f.now.Add(time.Second)
	f.release()
	f.pass(time.Hour)
	f.expectState("SUCCESSFUL, live 0/100, test 1/0, PRIMARY COMPLETED in green 2/2")
}

// A rolling update follows a canary that is not over: the tasks that have all traffic again stay until new ones are
// healthy, and the canary's own go at once.
func TestARollingUpdateInsteadOfACanary(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{
		Strategy:            types.DeploymentStrategyCanary,
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}, nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.Strategy = types.DeploymentStrategyRolling
		s.DeploymentConfiguration = &c
	})
	f.now = f.now.Add(time.Second)
	f.release()
	f.scheduleWatched()
	f.expectState("IN_PROGRESS, live 0/100, test 100/0, PRIMARY IN_PROGRESS in green 0/0, ACTIVE COMPLETED in green 2/2, ACTIVE IN_PROGRESS in blue 2/2")
	for f.obeyRules(); f.work(); f.obeyRules() {
		f.scheduleWatched()
		if n := f.healthyIn()[f.green]; n < 2 {
			t.Errorf("%d tasks serve: %s", n, f.state())
		}
	}
	f.pass(time.Hour)
	f.expectState("SUCCESSFUL, live 0/100, test 100/0, PRIMARY COMPLETED in green 2/2")
}

// The first deployment that shifts traffic takes it from a revision that knows one target group.
func TestTheFirstShiftOfAServiceIsSuperseded(t *testing.T) {
	for _, c := range []struct {
		strategy types.DeploymentStrategy
		want     string
	}{
		{types.DeploymentStrategyBlueGreen, "RECONCILE_SERVICE, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in none 0/0, ACTIVE IN_PROGRESS in green 2/2, DRAINING COMPLETED in none 0/0"},
		{types.DeploymentStrategyCanary, "RECONCILE_SERVICE, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in none 0/0, ACTIVE COMPLETED in none 2/2, DRAINING IN_PROGRESS in green 0/0"},
	} {
		f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, func(s *state.Service) {
			s.Deployments[0].Revision.LoadBalancers[0].AdvancedConfiguration = nil
		})
		f.pass(time.Hour)
		f.change(func(s *state.Service) {
			configuration := blueGreen()
			configuration.Strategy = c.strategy
			s.DeploymentConfiguration = &configuration
		})
		f.release()
		f.goOn()
		f.now = f.now.Add(time.Second)
		f.release()
		for f.schedule(); f.obeyRules(); f.schedule() {
		}
		f.expectState(c.want)
		f.pass(time.Hour)
		if got := f.record().Status; got != types.ServiceDeploymentStatusSuccessful {
			t.Errorf("at last: %s", f.state())
		}
	}
}

// Without load balancers, the tasks that run are what the service has, though its first deployment has not
// completed: they stay until those of the next one have taken over.
func TestASupersededFirstDeploymentWithoutLoadBalancersStays(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.Deployments[0].Revision.LoadBalancers = nil })
	f.goOn()
	f.now = f.now.Add(time.Minute)
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in none 2/2")
	baking := f.service().Primary().ID
	f.deploy(false)
	f.goOn()
	if n := len(f.service().ListedDeployments()); n != 2 {
		t.Fatalf("%d deployments: %s", n, f.state())
	}
	f.stop(types.StopServiceDeploymentStopTypeRollback)
	f.goOn()
	if got := f.service().Primary().ID; got != baking {
		t.Errorf("it is back at %s: %s", got, f.state())
	}
}

// Their tasks stay as well where they have not run for long enough to count as healthy: no load balancer
// says that they do not serve yet. Those that do not run, serve nothing.
func TestASupersededFirstDeploymentWithoutLoadBalancersKeepsTasksThatRun(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), func(s *state.Service) { s.Deployments[0].Revision.LoadBalancers = nil })
	f.goOn()
	first := f.service().Primary()
	for range 2 {
		f.now = f.now.Add(time.Second)
		f.deploy(false)
		f.schedule()
		if n := len(f.tasksOf(first)); n != 2 {
			t.Fatalf("%d tasks stay: %s", n, f.state())
		}
	}
	f.expectState("RECONCILE_SERVICE, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in none 0/0, ACTIVE IN_PROGRESS in none 2/2, DRAINING IN_PROGRESS in none 0/0")
	f.pass(41 * time.Second)
	f.expectState("BAKE_TIME, IN_PROGRESS, live 1/0, test 1/0, PRIMARY IN_PROGRESS in none 2/2, ACTIVE IN_PROGRESS in none 2/2")
	f.pass(time.Hour)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 1/0, test 1/0, PRIMARY COMPLETED in none 2/2")
}
