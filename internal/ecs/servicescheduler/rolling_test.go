package servicescheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestPercentagesBoundTheFirstStepOfARollingUpdate(t *testing.T) {
	for _, test := range []struct {
		name                      string
		desired                   int
		maximum, minimum          int32
		started, stopped, waiting int
	}{
		{"all new ones start, no old one stops", 4, 200, 100, 4, 0, 0},
		{"two old ones stop to make room", 4, 100, 50, 0, 2, 0},
		{"start first, and stop what is spare", 4, 200, 50, 4, 2, 0},
		{"lower is rounded up: none may stop", 2, 100, 75, 0, 0, 1},
		{"upper is rounded down: none may start", 3, 125, 100, 0, 0, 1},
		{"upper is rounded down: one may start", 4, 125, 100, 1, 0, 0},
		{"all stop before any start", 3, 100, 0, 0, 3, 0},
		{"nothing may move", 2, 100, 100, 0, 0, 1},
		{"one task, room for half a one", 1, 150, 100, 0, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, func(s *state.Service) {
				percentages(test.maximum, test.minimum)(s)
				s.DesiredCount = test.desired
			})
			f.settle()
			f.deploy(false)
			seen := len(f.messages())
			f.schedule()

			started, old := f.counts(0), f.counts(1)
			if stopped := old.Left - old.Active; started.Pending != test.started || stopped != test.stopped {
				t.Errorf("started %d, stopped %d; want %d, %d", started.Pending, stopped, test.started, test.stopped)
			}
			if test.waiting == 1 {
				f.expectMessages(seen, event.Deadlocked{}.Message("web"))
				f.now = f.now.Add(5 * time.Hour)
				f.schedule()
				f.expectMessages(seen, event.Deadlocked{}.Message("web"))
				f.now = f.now.Add(time.Hour + time.Millisecond) // events may be 1 ms later than the plan
				f.schedule()
				f.expectMessages(seen, event.Deadlocked{}.Message("web"), event.Deadlocked{}.Message("web"))
				return
			}
			f.settle()
			f.expect("COMPLETED desired " + itoa(test.desired) + " pending 0 running " + itoa(test.desired) + " failed 0")
		})
	}
}

func TestRollingUpdateFollowsTheTimelineOfECS(t *testing.T) {
	f := newFixture(t, nil)
	f.expect("IN_PROGRESS desired 0 pending 0 running 0 failed 0")
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 2 running 0 failed 0")
	f.obey()
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 0 running 2 failed 0")
	f.settle()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	if d := f.service().Primary(); !d.UpdatedAt.Equal(f.now) || d.RolloutStateReason != "ECS deployment "+d.ID+" completed." {
		t.Errorf("completed deployment: %+v at %v", d, f.now)
	}
	f.expectMessages(0,
		"(service web) has started 2 tasks: (task T) (task T).",
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")

	f.deploy(false)
	f.expect("IN_PROGRESS desired 0 pending 0 running 0 failed 0", "COMPLETED desired 2 pending 0 running 2 failed 0")
	f.schedule()
	f.expect("IN_PROGRESS desired 2 pending 2 running 0 failed 0", "COMPLETED desired 0 pending 0 running 2 failed 0")
	f.obey()
	f.schedule()
	ran := f.now
	f.expect("IN_PROGRESS desired 2 pending 0 running 2 failed 0", "COMPLETED desired 0 pending 0 running 2 failed 0")
	f.now = f.wakeAt
	if wait := f.now.Sub(ran); wait < 40*time.Second || wait > 41*time.Second {
		t.Errorf("tasks without health checks count as healthy after %v", wait)
	}
	f.schedule()
	f.expectMessages(4,
		"(service web) has stopped 2 running tasks: (task T) (task T).")
	f.expect("IN_PROGRESS desired 2 pending 0 running 2 failed 0", "COMPLETED desired 0 pending 0 running 2 failed 0")
	f.obey()
	f.schedule()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
	f.expectMessages(5,
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")
	for _, task := range state.AllTasks(f.store.Read()) {
		if task.Ended() && (task.Stop.Code != types.TaskStopCodeServiceSchedulerInitiated ||
			task.Stop.Reason != "Scaling activity initiated by (deployment "+task.Spec.DeploymentID+")") {
			t.Errorf("stopped: %+v", task.Stop)
		}
	}
}

func TestHealthyTasksOfAnOlderDeploymentStopInBatchesAsNewOnesBecomeHealthy(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 3 })
	f.settle()
	f.deploy(true)
	f.schedule()
	f.obey()
	for n, task := range state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Primary().ID) {
		f.health(task, types.HealthStatusHealthy)
		f.schedule()
		if left := f.counts(1).Active; left != 2-n {
			t.Fatalf("%d new tasks are healthy, %d old ones are to run", n+1, left)
		}
	}
}

func TestTasksThatDoNotRunYetAreStoppedAtOnceByANewerDeployment(t *testing.T) {
	f := newFixture(t, nil)
	f.schedule()
	f.deploy(false)
	seen := len(f.messages())
	f.schedule()
	f.expectMessages(seen,
		"(service web) has started 2 tasks: (task T) (task T).",
		"(service web) stopped 2 pending tasks.")
	f.deploy(false)
	f.deploy(false)
	f.schedule()
	if n := len(f.service().Deployments); n != 3 {
		t.Errorf("%d deployments; the one that never had tasks must have gone", n)
	}
	f.settle()
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

func TestYoungTasksOfAnOlderDeploymentRunUntilOthersServe(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 3 })
	f.schedule()
	f.run(f.tasks()[0])
	f.run(f.tasks()[1])
	f.deploy(false)
	f.schedule()
	if old := f.counts(1); old.Active != 2 || old.Left != 3 {
		t.Fatalf("of two running tasks and a pending one are to run: %+v", old)
	}
	f.settle()
	f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
}

func TestChangeOfDesiredCountScalesWithoutADeployment(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	seen := len(f.messages())
	f.change(func(s *state.Service) { s.DesiredCount = 5 })
	f.settle()
	f.expect("COMPLETED desired 5 pending 0 running 5 failed 0")
	f.expectMessages(seen,
		"(service web) has started 3 tasks: (task T) (task T) (task T).",
		"(service web) has reached a steady state.")
	f.change(func(s *state.Service) { s.DesiredCount = 0 })
	f.settle()
	f.expect("COMPLETED desired 0 pending 0 running 0 failed 0")
}

// ECS0103: an older deployment is ACTIVE, then DRAINING, then gone; DRAINING ones are listed last.
func TestOlderDeploymentsDrain(t *testing.T) {
	f := newFixture(t, percentages(100, 0))
	f.settle()
	f.deploy(false)
	f.schedule()
	f.deploy(false)
	oldest, middle := f.service().Deployments[2].ID, f.service().Deployments[1].ID
	if d := f.service().Deployments[2]; !d.Draining {
		t.Fatalf("its tasks have been told to stop: %+v", d)
	}
	record := state.FindServiceDeployment(f.store.Read(), f.service().Primary().ServiceDeploymentARN)
	if len(record.Sources) != 1 || record.Sources[0].DeploymentID != middle {
		t.Errorf("what drains is replaced already: %+v", record.Sources)
	}
	f.schedule()
	f.expectListed(f.service().Primary().ID, oldest+" draining")
	if f.service().Primary().ID == middle {
		t.Error("the newest is PRIMARY")
	}
	f.obey()
	f.schedule()
	f.expectListed(f.service().Primary().ID)
}

// expectListed compares the ids of the deployments, in order.
func (f *fixture) expectListed(want ...string) {
	f.t.Helper()
	var got []string
	for _, d := range f.service().Deployments {
		id := d.ID
		if d.Draining {
			id += " draining"
		}
		got = append(got, id)
	}
	if !slices.Equal(got, want) {
		f.t.Fatalf("deployments %q, want %q", got, want)
	}
}
