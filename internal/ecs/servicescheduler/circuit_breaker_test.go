package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// withBreaker makes a service of one task with the circuit breaker on.
func withBreaker(rollback bool) func(*state.Service) {
	return func(s *state.Service) {
		s.DesiredCount = 1
		s.DeploymentConfiguration = &types.DeploymentConfiguration{
			MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100), DeploymentCircuitBreaker: breaker(rollback),
		}
	}
}

// failNew lets the tasks of the PRIMARY deployment that exist fail to start.
func (f *fixture) failNew(code types.TaskStopCode) {
	f.t.Helper()
	for _, t := range state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID) {
		if t.Stop == nil {
			f.end(t, code)
		}
	}
}

func TestCircuitBreakerRollsBackToTheLastCompletedDeployment(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.settle()
	good := f.service().Primary()
	f.deploy(false)
	bad := f.service().Primary()
	seen := len(f.messages())
	for range 3 {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	f.schedule()
	f.expect("IN_PROGRESS desired 1 pending 1 running 0 failed 0",
		"FAILED desired 0 pending 0 running 0 failed 3",
		"COMPLETED desired 0 pending 0 running 1 failed 0")
	primary := f.service().Primary()
	if primary.ID == good.ID || primary.ID == "" || primary.Revision != good.Revision ||
		primary.RolloutStateReason != "ECS deployment circuit breaker: rolling back to deploymentId "+good.ID+"." {
		t.Errorf("rollback: %+v", primary)
	}
	if reason := f.service().Deployments[1].RolloutStateReason; reason != "ECS deployment circuit breaker: tasks failed to start." {
		t.Error(reason)
	}
	if got := f.messages()[seen+4]; got != "(service web) rolling back to deployment "+good.ID+"." {
		t.Error(got)
	}
	if got := f.messages()[seen+3]; got != "(service web) (deployment "+bad.ID+") deployment failed: tasks failed to start." {
		t.Error(got)
	}

	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
	f.expectMessages(seen+5,
		"(service web) has started 1 tasks: (task T).",
		"(service web) has stopped 1 running tasks: (task T).",
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")
	if got := f.service().Primary().RolloutStateReason; got != "ECS deployment "+primary.ID+" completed." {
		t.Error(got)
	}
}

func TestRollbackRemembersADeploymentThatHasLeftTheList(t *testing.T) {
	f := newFixture(t, func(s *state.Service) {
		withBreaker(true)(s)
		s.DeploymentConfiguration.MaximumPercent, s.DeploymentConfiguration.MinimumHealthyPercent = aws.Int32(100), aws.Int32(0)
	})
	f.settle()
	good := f.service().Primary()
	f.deploy(false)
	for range 4 {
		f.schedule()
		for _, task := range f.tasks() {
			if task.Stop != nil {
				f.end(task, "")
			}
		}
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	if primary := f.service().Primary(); primary.Revision != good.Revision || primary.RestoresID != good.ID {
		t.Fatalf("PRIMARY: %+v", primary)
	}
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
}

func TestFirstDeploymentThatFailsStaysFailed(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	for range 5 {
		f.schedule()
		f.failNew(types.TaskStopCodeEssentialContainerExited)
	}
	f.expect("FAILED desired 0 pending 0 running 0 failed 3")
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 3")
	f.deploy(false)
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
}

func TestWithoutRollbackTheOldTasksGoOn(t *testing.T) {
	f := newFixture(t, withBreaker(false))
	f.change(func(s *state.Service) { s.DesiredCount = 3 })
	f.settle()
	f.deploy(false)
	f.schedule()
	f.run(state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID)[0])
	for range 3 {
		f.schedule()
		for _, task := range state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID) {
			if task.Status.LastStatus != state.Running {
				f.end(task, types.TaskStopCodeTaskFailedToStart)
			}
		}
	}
	f.settle() // the new one that ran does not serve yet, and is one too many
	f.expect("FAILED desired 0 pending 0 running 0 failed 4", "COMPLETED desired 3 pending 0 running 3 failed 0")
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 4", "COMPLETED desired 1 pending 0 running 1 failed 0")
}

func TestATaskThatWasHealthyBeforeDoesNotResetTheCount(t *testing.T) {
	for _, checked := range []bool{false, true} {
		f := newFixture(t, withBreaker(true))
		f.change(func(s *state.Service) { s.DesiredCount = 2 })
		f.deploy(checked)
		f.schedule()
		good := f.tasks()[0]
		f.run(good)
		if checked {
			f.health(good, types.HealthStatusHealthy)
		}
		f.now = f.now.Add(41 * time.Second)
		for n := range 2 {
			f.schedule()
			for _, task := range f.tasks() {
				if task.ARN != good.ARN {
					f.end(task, types.TaskStopCodeTaskFailedToStart)
				}
			}
			f.schedule()
			if got := f.service().Primary().FailedTasks; got != n+1 {
				t.Errorf("checked %v: failedTasks %d after %d failures", checked, got, n+1)
			}
		}
	}
}

func TestScalingAFailedServiceInStopsEachTaskOnce(t *testing.T) {
	f := newFixture(t, withBreaker(false))
	f.change(func(s *state.Service) { s.DesiredCount = 3 })
	f.schedule()
	tasks := f.tasks()
	f.run(tasks[0])
	f.now = f.now.Add(35 * time.Second)
	f.run(tasks[1])
	f.run(tasks[2])
	f.deploy(false)
	f.schedule()
	f.failNew(types.TaskStopCodeTaskFailedToStart)
	f.schedule()
	f.now = f.now.Add(6 * time.Second)
	f.expect("FAILED desired 0 pending 0 running 0 failed 3", "IN_PROGRESS desired 0 pending 0 running 3 failed 0")
	seen := len(f.messages())
	f.change(func(s *state.Service) { s.DesiredCount = 0 })
	f.schedule()
	f.expectMessages(seen,
		"(service web) has stopped 2 running tasks: (task T) (task T).",
		"(service web) has stopped 1 running tasks: (task T).")
}

func TestARestoredDeploymentThatFailsIsNotRolledBack(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.settle()
	f.deploy(false)
	for range 8 {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
		f.now = f.now.Add(time.Minute)
	}
	f.schedule()
	f.expect("FAILED desired 0 pending 0 running 0 failed 3", "COMPLETED desired 1 pending 0 running 1 failed 0")
	f.expectRecords("ROLLBACK_FAILED 0/0 0/1 "+record.ReasonRollbackFailed, "SUCCESSFUL 1/1")
}

func TestFailedTasksAreCountedWithoutTheCircuitBreaker(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 1 })
	for range 5 {
		f.schedule()
		f.obey()
		f.failNew(types.TaskStopCodeEssentialContainerExited)
	}
	f.schedule()
	f.expect("IN_PROGRESS desired 1 pending 1 running 0 failed 5")
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
}

func TestATaskThatBecomesHealthyResetsTheCount(t *testing.T) {
	for _, checked := range []bool{false, true} {
		for _, reset := range []bool{true, false} {
			f := newFixture(t, withBreaker(true))
			f.change(func(s *state.Service) {
				s.DesiredCount = 2
				s.DeploymentConfiguration.DeploymentCircuitBreaker.ResetOnHealthyTask = aws.Bool(reset)
			})
			f.deploy(checked)
			f.schedule()
			for range 2 { // two failures of the second task, while the first becomes healthy
				tasks := state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID)
				f.run(tasks[0])
				f.end(tasks[1], types.TaskStopCodeTaskFailedToStart)
				f.schedule()
			}
			f.now = f.now.Add(41 * time.Second)
			for _, task := range f.tasks() {
				if task.Status.LastStatus == state.Running && checked {
					f.health(task, types.HealthStatusHealthy)
				}
			}
			f.schedule()
			want := map[bool]int{true: 0, false: 2}[reset]
			if got := f.service().Primary().FailedTasks; got != want {
				t.Errorf("checked %v, resetOnHealthyTask %v: failedTasks %d, want %d", checked, reset, got, want)
			}
			f.failNew(types.TaskStopCodeEssentialContainerExited)
			f.schedule()
			if failed := f.service().Deployments[0].RolloutState == types.DeploymentRolloutStateFailed; failed == reset {
				t.Errorf("checked %v, resetOnHealthyTask %v: failed %v", checked, reset, failed)
			}
		}
	}
}

// What stops after a deployment has completed is replaced and no failure of it.
func TestFailedTasksStayAsTheyAreOnceADeploymentHasCompleted(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	for range fulfil.FreeCrashes + 2 {
		f.schedule()
		for _, task := range f.tasks() {
			f.end(task, types.TaskStopCodeEssentialContainerExited)
		}
	}
	f.expect("COMPLETED desired 2 pending 0 running 0 failed 0")
	f.schedule()
	if d := f.service().Primary(); d.Failures <= fulfil.FreeCrashes || len(f.tasks()) > 0 || f.wakeAt.IsZero() {
		t.Errorf("%d failures in a row, and %d tasks at once", d.Failures, len(f.tasks()))
	}
}
