package servicescheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestKeptDeployment(t *testing.T) {
	const restored = "restores "
	for _, test := range []struct {
		listed []string // PRIMARY first
		want   int      // -1: none
	}{
		{[]string{"IN_PROGRESS"}, 0},
		{[]string{"COMPLETED"}, 0},
		{[]string{"IN_PROGRESS", "COMPLETED"}, 0},
		{[]string{"FAILED", "COMPLETED"}, 1},
		{[]string{"FAILED", "IN_PROGRESS", "COMPLETED"}, 2},
		{[]string{restored + "IN_PROGRESS", "FAILED", "COMPLETED"}, 0},
		{[]string{restored + "FAILED", "FAILED", "COMPLETED"}, 2},
		{[]string{restored + "FAILED", "FAILED"}, 0},
		{[]string{"FAILED", restored + "FAILED"}, 1},
		{[]string{"FAILED", restored + "IN_PROGRESS", "FAILED"}, 1},
		{[]string{"FAILED", restored + "FAILED", "COMPLETED"}, 2},
		{[]string{"FAILED", "IN_PROGRESS"}, -1},
		{[]string{"FAILED"}, -1},
	} {
		s := &state.Service{}
		for _, listed := range test.listed {
			d := &state.Deployment{RolloutState: types.DeploymentRolloutState(listed)}
			if rollout, is := strings.CutPrefix(listed, restored); is {
				d.RolloutState, d.RestoresID = types.DeploymentRolloutState(rollout), "ecs-svc/1"
			}
			s.Deployments = append(s.Deployments, d)
		}
		if got := slices.Index(s.Deployments, observe.KeptDeployment(s)); got != test.want {
			t.Errorf("of %q number %d, want %d", test.listed, got, test.want)
		}
	}
}

// failDeployment has the tasks of the PRIMARY deployment fail until it has failed.
func (f *fixture) failDeployment() {
	f.t.Helper()
	id := f.service().Primary().ID
	for range 100 {
		f.schedule()
		at := slices.IndexFunc(f.service().Deployments, func(d *state.Deployment) bool { return d.ID == id })
		if f.service().Deployments[at].RolloutState == types.DeploymentRolloutStateFailed {
			return
		}
		f.failNew(types.TaskStopCodeTaskFailedToStart)
		f.now = f.now.Add(time.Minute)
	}
	f.t.Fatalf("the deployment does not fail: %+v", f.service().Primary())
}

// TestTheLastRevisionThatCompletedIsKeptWhereAnotherFailed: what is lost is replaced, and the
// service is scaled, in to nothing as well.
func TestTheLastRevisionThatCompletedIsKeptWhereAnotherFailed(t *testing.T) {
	f := newFixture(t, withBreaker(false))
	f.change(func(s *state.Service) { s.DesiredCount = 2 })
	f.settle()
	f.deploy(false)
	f.failDeployment()
	kept := func(n int) {
		t.Helper()
		f.settle()
		f.expect("FAILED desired 0 pending 0 running 0 failed 4",
			"COMPLETED desired "+itoa(n)+" pending 0 running "+itoa(n)+" failed 0")
	}
	kept(2)
	for _, task := range f.tasks() {
		f.end(task, types.TaskStopCodeUserInitiated)
	}
	kept(2)
	for _, n := range []int{4, 0, 1} {
		f.change(func(s *state.Service) { s.DesiredCount = n })
		kept(n)
	}
	f.deploy(false)
	f.settle()
	f.expect("COMPLETED desired 1 pending 0 running 1 failed 0")
}

// TestTheLastRevisionThatCompletedReplacesOneThatFailed, piece by piece, as an update would.
func TestTheLastRevisionThatCompletedReplacesOneThatFailed(t *testing.T) {
	f := newFixture(t, withBreaker(false))
	f.change(func(s *state.Service) { s.DesiredCount = 4; *s.DeploymentConfiguration.MinimumHealthyPercent = 50 })
	f.settle()
	f.deploy(true)
	f.schedule()
	for i, task := range state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID) {
		if f.run(task); i < 2 {
			f.health(task, types.HealthStatusHealthy)
		}
	}
	f.schedule() // two of the old ones stop, and then a third and a fourth
	f.expect("IN_PROGRESS desired 4 pending 0 running 4 failed 0", "COMPLETED desired 0 pending 0 running 4 failed 0")
	if n := f.counts(1).Active; n != 0 {
		t.Fatalf("%d old tasks are to run", n)
	}
	for range 3 {
		tasks := state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID)
		f.end(tasks[len(tasks)-1], types.TaskStopCodeEssentialContainerExited)
		f.schedule()
	}
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 3", "COMPLETED desired 4 pending 0 running 4 failed 0")
}

// TestARollbackThatFailedGoesOnWhereNothingElseIsLeft, with pauses, and has failed all the same.
func TestARollbackThatFailedGoesOnWhereNothingElseIsLeft(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.change(percentages(200, 0))
	f.change(func(s *state.Service) { s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true) })
	f.settle()
	good := f.service().Primary()
	f.deploy(false)
	f.schedule()
	for _, task := range state.DeploymentTasks(f.store.Read(), serviceARN, good.ID) {
		f.end(task, "")
	}
	f.failDeployment()
	f.schedule()
	f.failDeployment()
	if d := f.service().Primary(); d.RestoresID != good.ID {
		t.Fatalf("PRIMARY: %+v", d)
	}
	began, started := f.now, f.counts(0).FailedToStart
	for f.now.Before(began.Add(2 * time.Hour)) {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
		f.schedule()
		f.now = f.wakeAt
	}
	if n := f.counts(0).FailedToStart - started; n < 8 || n > 14 {
		t.Errorf("%d attempts in two hours", n)
	}
	f.settle()
	f.expect("FAILED desired 1 pending 0 running 1 failed 3")
	f.expectRecords("ROLLBACK_FAILED 0/0 0/0 "+record.ReasonRollbackFailed, "SUCCESSFUL 1/1")
	f.end(f.tasks()[0], types.TaskStopCodeUserInitiated)
	f.settle()
	f.expect("FAILED desired 1 pending 0 running 1 failed 3")

	f.change(withBreaker(false)) // an update fails as well, and what the rollback brought back stays
	f.deploy(false)
	f.failDeployment()
	f.end(f.tasks()[0], types.TaskStopCodeUserInitiated)
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 3", "FAILED desired 1 pending 0 running 1 failed 3")
}

// TestARollbackWithoutRoomGoesBackToTheTasksThatRun: they are of the revision that it brings back, and nothing of
// theirs has failed. The service is steady then, with one deployment, and goes on as before.
func TestARollbackWithoutRoomGoesBackToTheTasksThatRun(t *testing.T) {
	for name, stop := range map[string]types.StopServiceDeploymentStopType{"by the circuit breaker": "", "by StopServiceDeployment": "ROLLBACK"} {
		t.Run(name, func(t *testing.T) {
			f := newInstanceFixture(t, 1, func(s *state.Service) {
				percentages(200, 100)(s)
				s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(stop == "")
				s.DesiredCount = 4
			})
			f.settle()
			good, tasks := f.service().Primary().ID, arns(f.tasks())
			f.deployOnInstances(false)
			f.schedule()
			if stop != "" {
				f.stopDeployment(stop)
			}
			f.settle()
			f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
			if n := strings.Count(strings.Join(f.messages(), "\n"), "rolling back"); n != 1 {
				t.Errorf("%d events say that the service goes back: %q", n, f.messages())
			}
			if d := f.service().Primary(); d.ID != good || !f.service().Steady || !slices.Equal(arns(f.tasks()), tasks) {
				t.Errorf("PRIMARY is %+v with %v, want that of before with %v", d, arns(f.tasks()), tasks)
			}
			f.expectRecords("ROLLBACK_SUCCESSFUL 0/0 4/4 "+map[bool]string{true: record.ReasonBreakerRollback, false: record.ReasonUserRollback}[stop == ""], "SUCCESSFUL 4/4")

			f.end(f.tasks()[0], types.TaskStopCodeUserInitiated)
			f.instance(1, nil)
			f.change(func(s *state.Service) { s.DesiredCount = 6 })
			f.settle()
			f.expect("COMPLETED desired 6 pending 0 running 6 failed 0")
			f.deployOnInstances(false) // room for two more: it goes piece by piece
			f.settle()
			f.expect("COMPLETED desired 6 pending 0 running 6 failed 0")
		})
	}
}

// TestARollbackWithRoomIsANewDeployment, as AWS has it, also with room for one task alone.
func TestARollbackWithRoomIsANewDeployment(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) {
		percentages(200, 100)(s)
		s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true)
		s.DesiredCount = 3
	})
	f.settle()
	good := f.service().Primary().ID
	f.deployOnInstances(false)
	f.failDeployment()
	f.settle()
	f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
	if d := f.service().Primary(); d.ID == good || d.RestoresID != good {
		t.Errorf("PRIMARY is %+v, want a new deployment that restores %s", d, good)
	}
}

// TestARollbackOfWhichNothingRunsCountsAttempts: without a task of what it brings back, and without room, it has failed. It
// goes on all the same, and has its tasks when there is room.
func TestARollbackOfWhichNothingRunsCountsAttempts(t *testing.T) {
	f := newInstanceFixture(t, 1, func(s *state.Service) {
		percentages(200, 100)(s)
		s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(true)
	})
	f.settle()
	f.deployOnInstances(false)
	f.schedule()
	f.lose(0)
	f.settle()
	f.expectRecords("ROLLBACK_FAILED 0/0 0/0 "+record.ReasonRollbackFailed, "SUCCESSFUL 2/2")
	f.instance(1, nil)
	f.settle()
	f.expect("FAILED desired 2 pending 0 running 2 failed 3")
}

func arns(tasks []*state.Task) (list []string) {
	for _, t := range tasks {
		list = append(list, t.ARN)
	}
	return list
}

// TestTasksOfTheKeptRevisionThatKeepExitingArePaced, as those of a deployment in progress are.
func TestTasksOfTheKeptRevisionThatKeepExitingArePaced(t *testing.T) {
	f := newFixture(t, withBreaker(false))
	f.settle()
	f.deploy(false)
	f.failDeployment()
	for range fulfil.FreeCrashes + 1 {
		f.schedule()
		for _, task := range f.tasks() {
			f.end(task, types.TaskStopCodeEssentialContainerExited)
		}
	}
	f.schedule()
	if d := f.service().Deployments[1]; d.Failures <= fulfil.FreeCrashes || d.FailedTasks > 0 || len(f.tasks()) > 0 || f.wakeAt.IsZero() {
		t.Errorf("%d tasks at once after %+v", len(f.tasks()), d)
	}
}

// TestDaemonsOfTheLastRevisionThatCompletedAreKept where the update failed, on new instances too.
func TestDaemonsOfTheLastRevisionThatCompletedAreKept(t *testing.T) {
	f := newInstanceFixture(t, 2, func(s *state.Service) {
		daemonService(50)(s)
		s.DeploymentConfiguration.DeploymentCircuitBreaker = breaker(false)
	})
	f.settle()
	f.deployOnInstances(false, func(d *types.TaskDefinition) { d.Cpu, d.Memory = nil, nil })
	for range 20 {
		f.schedule()
		for _, task := range f.tasks() {
			switch {
			case task.Stop != nil:
				f.end(task, "")
			case task.Status.LastStatus != state.Running:
				f.end(task, types.TaskStopCodeTaskFailedToStart)
			}
		}
		if f.service().Primary().RolloutState == types.DeploymentRolloutStateFailed {
			break
		}
		f.now = f.now.Add(time.Minute)
	}
	f.instance(2, nil)
	f.settle()
	f.expect("FAILED desired 0 pending 0 running 0 failed 3", "COMPLETED desired 3 pending 0 running 3 failed 0")
	f.expectOn("i0 1, i1 1, i2 1")
}
