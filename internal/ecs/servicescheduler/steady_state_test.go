package servicescheduler

import (
	"strconv"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestSteadyStateIsRepeatedEverySixHours(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	reached := f.now.Add(time.Millisecond) // the event before it is at f.now (ECS0093)
	for n := range 3 {
		if due := reached.Add(time.Duration(n+1) * 6 * time.Hour); !f.wakeAt.Equal(due) {
			t.Fatalf("wakes at %v, want %v", f.wakeAt, due)
		}
		f.now = f.wakeAt.Add(-time.Second)
		f.schedule()
		if got := len(f.messages()); got != 3+n {
			t.Fatalf("%d events before six hours are over", got)
		}
		f.now = f.now.Add(time.Second)
		f.schedule()
		if got := len(f.messages()); got != 4+n {
			t.Fatalf("%d events after six hours", got)
		}
	}
}

func TestSteadyStateIsAnnouncedAgainAfterATaskWasReplaced(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	f.end(f.tasks()[0], types.TaskStopCodeUserInitiated)
	f.settle()
	f.expectMessages(3,
		"(service web) has started 1 tasks: (task T).",
		"(service web) has reached a steady state.")
	f.expect("COMPLETED desired 2 pending 0 running 2 failed 0")
}

func TestSteadyServiceListsNoTasks(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 20 })
	for range 4 { // start, run, wait, announce
		in := f.input()
		in.Tasks = func(string) []*state.Task {
			t.Error("listed tasks")
			return nil
		}
		Decide(in)
		f.schedule()
		f.obey()
		if !f.wakeAt.IsZero() {
			f.now = f.wakeAt
		}
	}
	f.expect("COMPLETED desired 20 pending 0 running 20 failed 0")
}

// A service is steady as soon as the last task has left RUNNING.
func TestScalingToZeroIsSteadyBeforeTheTasksHaveStopped(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	seen := len(f.messages())
	f.change(func(s *state.Service) { s.DesiredCount = 0 })
	f.schedule()
	for _, task := range f.tasks() {
		f.put(task, func(s *state.TaskStatus) { s.LastStatus = state.Deprovisioning })
	}
	f.schedule()
	f.expectMessages(seen, event.StoppedTasks{Tasks: []string{"T", "T"}}.Message("web"), event.SteadyState{}.Message("web"))
}

// TestEventsAreInOrder also when the clock has not moved between two plans.
func TestEventsAreInOrder(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	f.deploy(false)
	f.settle()
	events := state.FindServiceEvents(f.store.Read(), serviceARN)
	for i := range events[1:] {
		if newer, older := events[i], events[i+1]; newer.CreatedAt.Before(*older.CreatedAt) {
			t.Errorf("%q at %v stands before %q at %v", *newer.Message, newer.CreatedAt, *older.Message, older.CreatedAt)
		}
	}
}
