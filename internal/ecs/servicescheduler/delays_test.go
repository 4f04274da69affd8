package servicescheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The scheduler looks at what a request has changed when its time has come, and not at
// what tasks do.
func TestTheSchedulerLooksLater(t *testing.T) {
	delays := observe.Delays{PickUp: 4 * time.Second, PickUpLess: time.Second}
	f := newFixture(t, nil)
	decide := func(since time.Duration) *plan.Plan {
		in := f.input()
		in.Delays, in.Now = delays, in.Service.Primary().UpdatedAt.Add(since)
		return Decide(in)
	}
	expect := func(what string, delay time.Duration) {
		t.Helper()
		due := f.service().Primary().UpdatedAt.Add(delay)
		if plan := decide(0); len(plan.Verbs) > 0 || !plan.WakeAt.Equal(due) {
			t.Errorf("%s: %d verbs, wakes at %s, want %s", what, len(plan.Verbs), plan.WakeAt, due)
		}
		if plan := decide(delay); len(plan.Verbs) == 0 {
			t.Errorf("%s: nothing after %s", what, delay)
		}
	}
	expect("a new service", 4*time.Second)
	f.settle()
	f.change(func(s *state.Service) { s.DesiredCount++ })
	expect("more tasks", 4*time.Second)
	f.change(func(s *state.Service) { s.DesiredCount -= 2 })
	expect("fewer tasks", time.Second)
	f.change(func(s *state.Service) { s.DesiredCount++ })
	f.end(f.tasks()[0], "UserInitiated")
	if plan := decide(0); len(plan.Verbs) == 0 {
		t.Error("a task that has ended is not replaced at once")
	}
}

// Requests that come faster than the scheduler looks do not keep it away, and of their
// deployments it makes only the last.
func TestTheSchedulerLooksWhenTheFirstRequestIsDue(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	first := f.now
	for range 5 {
		f.deploy(false)
		f.later()
	}
	in := f.input()
	in.Delays = observe.Delays{PickUp: 5500 * time.Millisecond}
	if plan := Decide(in); len(plan.Verbs) > 0 || !plan.WakeAt.Equal(first.Add(in.Delays.PickUp)) {
		t.Errorf("%d verbs, wakes %s after the first request", len(plan.Verbs), plan.WakeAt.Sub(first))
	}
	f.now = first.Add(in.Delays.PickUp)
	in.Now = f.now
	if plan := Decide(in); len(plan.Verbs) == 0 {
		t.Error("the scheduler does not look")
	}
	f.schedule()
	stopped := "STOPPED 0/0 0/2 " + record.ReasonSuperseded
	f.expectRecords("IN_PROGRESS 0/0 0/0", stopped, stopped, stopped, stopped, "SUCCESSFUL 2/2")
}

// A deployment without tasks completes, and a service without is INACTIVE, when their time
// has come.
func TestEmptyServicesTakeTheirTime(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 0 })
	expect := func(what string, delay time.Duration) {
		t.Helper()
		in := f.input()
		in.Delays = observe.Delays{Empty: 16 * time.Second, Inactive: time.Minute}
		due := in.Now.Add(delay)
		puts := func(v verb.Verb) bool { _, is := v.(verb.PutService); return is }
		if plan := Decide(in); slices.ContainsFunc(plan.Verbs, puts) || !plan.WakeAt.Equal(due) {
			t.Errorf("%s: %v, wakes at %s, want %s", what, plan.Verbs, plan.WakeAt, due)
		}
		in.Now = due
		if plan := Decide(in); !slices.ContainsFunc(plan.Verbs, puts) {
			t.Errorf("%s: nothing after %s", what, delay)
		}
	}
	expect("a new service", 16*time.Second)
	f.settle()
	f.change(func(s *state.Service) { s.DeletedAt = f.now })
	expect("a deleted service", time.Minute)
}

// The steady state comes a while after the last stop, though the tasks are gone before.
func TestTheSteadyStateComesAfterTheLastStop(t *testing.T) {
	f := newFixture(t, nil)
	f.settle()
	in := f.input()
	p := plannerOf(in)
	p.Delays.Steady = 10 * time.Second
	if p.settling() {
		t.Error("nothing stops")
	}
	stopped := in.Now.Add(-4 * time.Second)
	tasks := p.Input.Tasks(p.Primary.Deployment.ID)
	stopping := &state.Task{ARN: tasks[0].ARN, Stop: &state.Stop{At: stopped}}
	p.Input.Tasks = func(string) []*state.Task { return []*state.Task{stopping, tasks[1]} }
	p.Primary.Counts.Left++
	if due := stopped.Add(10 * time.Second); !p.settling() || !p.Plan.WakeAt.Equal(due) {
		t.Errorf("wakes at %s, want %s", p.Plan.WakeAt, due)
	}
}
