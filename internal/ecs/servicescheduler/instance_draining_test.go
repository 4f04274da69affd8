package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTasksOfADrainingInstanceAreReplacedWithinTheBounds.
func TestTasksOfADrainingInstanceAreReplacedWithinTheBounds(t *testing.T) {
	for _, c := range []struct {
		name             string
		maximum, minimum int32
		started, stopped int // at first
		stuck            bool
	}{
		{"replacements first", 200, 100, 2, 0, false},
		{"room for one at a time", 125, 100, 1, 0, false},
		{"stops first", 100, 50, 0, 2, false},
		{"stops first, one at a time", 100, 75, 0, 1, false},
		{"nothing may move", 100, 100, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newInstanceFixture(t, 2, func(s *state.Service) {
				percentages(c.maximum, c.minimum)(s)
				s.DesiredCount = 4
			})
			f.settle()
			f.expectOn("i0 2, i1 2")
			f.instance(0, draining)
			f.schedule()
			n := f.counts(0)
			if n.Pending != c.started || n.Left-n.Active != c.stopped {
				t.Fatalf("started %d, stopped %d", n.Pending, n.Left-n.Active)
			}
			f.settle()
			if c.stuck {
				f.expectOn("i0 2, i1 2")
				return
			}
			f.expectOn("i1 4")
			for _, task := range state.AllTasks(f.store.Read()) {
				if task.Ended() && (task.Stop.Reason != "Service task stopped because its container instance is in DRAINING state" || task.Stop.Code != types.TaskStopCodeServiceSchedulerInitiated) {
					t.Errorf("stopped: %+v", task.Stop)
				}
			}
			f.expect("COMPLETED desired 4 pending 0 running 4 failed 0")
		})
	}
}

// TestTasksThatDoNotRunYetLeaveADrainingInstanceAtOnce.
func TestTasksThatDoNotRunYetLeaveADrainingInstanceAtOnce(t *testing.T) {
	f := newInstanceFixture(t, 2, nil)
	f.schedule()
	f.instance(0, draining)
	seen := len(f.messages())
	f.schedule()
	f.expectMessages(seen, "(service web) stopped 1 pending tasks.", "(service web) has started 1 tasks: (task T).")
	f.expectOn("i1 2")
}

// TestTaskStaysOnAnInstanceThatIsActiveAgain: what was started in its stead is too many.
func TestTaskStaysOnAnInstanceThatIsActiveAgain(t *testing.T) {
	f := newInstanceFixture(t, 2, nil)
	f.settle()
	f.instance(0, draining)
	f.schedule()
	f.expectOn("i0 1, i1 2")
	f.instance(0, active)
	f.settle()
	f.expectOn("i0 1, i1 1")
}

// TestReplacementsThatHaveNoPlaceKeepTheirTasksRunning.
func TestReplacementsThatHaveNoPlaceKeepTheirTasksRunning(t *testing.T) {
	f := newInstanceFixture(t, 1, nil)
	f.settle()
	f.instance(0, draining)
	f.settle()
	f.expectOn("i0 2")
	if f.awaits != plan.ForRoom {
		t.Errorf("awaits %d", f.awaits)
	}
	f.instance(1, nil)
	f.settle()
	f.expectOn("i1 2")
}

// TestScaleInTakesTasksThatLeaveFirst.
func TestScaleInTakesTasksThatLeaveFirst(t *testing.T) {
	f := newInstanceFixture(t, 2, func(s *state.Service) { s.DesiredCount = 4 })
	f.settle()
	f.instance(1, draining)
	f.change(func(s *state.Service) { s.DesiredCount = 2 })
	f.schedule()
	f.expectOn("i0 2")
}
