package servicescheduler

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func early(percent, minimum int32, cleanup types.ServiceRevisionCleanup) func(*state.Service) {
	return func(s *state.Service) {
		percentages(200, minimum)(s)
		s.DesiredCount = 4
		s.DeploymentConfiguration.EarlySuccessCriteria = &types.DeploymentEarlySuccessCriteria{
			Enable: true, HealthyPercent: aws.Int32(percent), SourceServiceRevisionCleanup: cleanup,
		}
	}
}

// becomeHealthy brings n new tasks to health.
func (f *fixture) becomeHealthy(n int) {
	f.t.Helper()
	primary := f.service().Primary().ID
	for _, t := range f.tasks() {
		if n > 0 && t.Spec.DeploymentID == primary && t.Stop == nil && t.Status.HealthStatus != types.HealthStatusHealthy {
			f.run(t)
			f.health(t, types.HealthStatusHealthy)
			n--
		}
	}
}

func TestEarlySuccessWithOldTasksLeft(t *testing.T) {
	f := newFixture(t, early(50, 50, types.ServiceRevisionCleanupDeferred))
	f.settle()
	since := len(f.messages())
	f.deploy(true)
	f.schedule()
	f.becomeHealthy(1)
	f.schedule()
	if r := f.records()[0]; r.Ended() {
		t.Fatalf("it has ended with one task: %+v", r)
	}
	f.becomeHealthy(1)
	f.schedule()
	r := f.records()[0]
	if r.Status != types.ServiceDeploymentStatusSuccessful || r.Target.Running != 2 || r.Target.Requested != 4 || len(f.service().Deployments) != 2 {
		t.Errorf("%s with %+v, of %d deployments", r.Status, r.Target, len(f.service().Deployments))
	}
	f.settle()
	f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
	if got := f.messages()[since:]; got[len(got)-1] != "(service web) has reached a steady state." {
		t.Errorf("%q", got)
	}
}

func TestEarlySuccessWaitsForOldTasks(t *testing.T) {
	f := newFixture(t, early(50, 50, types.ServiceRevisionCleanupBlocking))
	f.settle()
	f.deploy(true)
	f.schedule()
	f.becomeHealthy(2)
	f.schedule()
	if r := f.records()[0]; r.Ended() {
		t.Fatalf("it has ended before the old tasks: %+v", r)
	}
	for _, task := range f.tasks() {
		if task.Stop != nil {
			f.end(task, "")
		}
	}
	f.schedule()
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusSuccessful || r.Target.Running != 2 {
		t.Errorf("%s with %+v", r.Status, r.Target)
	}
	f.settle()
	f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
}

// After it, failures count no more.
func TestFailuresAfterAnEarlySuccess(t *testing.T) {
	f := newFixture(t, early(25, 100, types.ServiceRevisionCleanupDeferred))
	f.change(func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true) })
	f.settle()
	f.deploy(true)
	f.schedule()
	f.becomeHealthy(1)
	for range 2 * bounds.Threshold(nil, 1) {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	f.settle()
	if r := f.records()[0]; r.Status != types.ServiceDeploymentStatusSuccessful {
		t.Errorf("it is %s", r.Status)
	}
	f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
}
