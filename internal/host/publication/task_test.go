package publication

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

func TestNewsWaitForCompanyUnlessECSShowsThem(t *testing.T) {
	p := Task{Shown: state.Provisioning}
	expect := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	expect("nothing has changed", p.Enqueue(state.Provisioning, false, true), false)
	p.Touch()
	expect("a detail, with more to come", p.Enqueue(state.Provisioning, false, false), false)
	expect("a detail, at rest", p.Enqueue(state.Provisioning, false, true), true)
	expect("what is queued already", p.Enqueue(state.Pending, false, true), false)
	p.Take(&state.TaskStatus{LastStatus: state.Pending}, nil)
	p.Touch()
	expect("while the store writes", p.Enqueue(state.Running, false, true), false)
	p.Land()
	expect("what came meanwhile", p.Enqueue(state.Running, false, false), true)
	p.Take(&state.TaskStatus{LastStatus: state.Running}, nil)
	p.Land()
	p.Touch()
	p.AnnounceContainer(&state.TaskStatus{LastStatus: state.Running}, time.Unix(1, 0))
	expect("an event without another status", p.Enqueue(state.Running, false, false), true)
	expect("its steps", len(p.Take(&state.TaskStatus{LastStatus: state.Running}, nil)), 1)
	p.Land()
	expect("stage", p.stage, known)
	expect("a stop", p.Enqueue(state.Running, true, false), true)
	stop := &state.Stop{}
	steps := p.Take(&state.TaskStatus{LastStatus: state.Running}, stop)
	expect("the stop that the store is told of", steps[0].Stop, stop)
	p.Land()
	expect("a stop that the store knows", p.Enqueue(state.Running, true, false), false)
}

func TestAStopAndWhatFollowsAtOnceAreOneEvent(t *testing.T) {
	var p Task
	now := time.Unix(1, 0)
	stop := &state.Stop{At: now.Add(-1)}
	p.Announce(&state.TaskStatus{LastStatus: state.Running}, nil, now)
	p.Ending = true
	for _, next := range []string{state.Deprovisioning, state.Stopped} {
		p.Touch()
		p.Announce(&state.TaskStatus{LastStatus: next}, stop, now)
	}
	var got []string
	for _, s := range p.Take(&state.TaskStatus{LastStatus: state.Stopped}, stop) {
		got = append(got, fmt.Sprint(s.Status.LastStatus, " ", s.Announced, " ", s.At.Equal(stop.At), s.Stop == stop))
	}
	want := []string{"RUNNING true false false", "DEPROVISIONING true true true", "STOPPED true false true"}
	if !slices.Equal(got, want) {
		t.Errorf("steps\n%q, want\n%q", got, want)
	}
}

// Details that come after an event are told of with it, but announce nothing.
func TestDetailsAfterAnEventAreAStepOfTheirOwn(t *testing.T) {
	var p Task
	p.Announce(&state.TaskStatus{LastStatus: state.Pending}, nil, time.Unix(1, 0))
	p.Touch()
	steps := p.Take(&state.TaskStatus{LastStatus: state.Pending, SandboxID: "one"}, nil)
	if len(steps) != 2 || steps[1].Announced || steps[1].Status.SandboxID != "one" || steps[0].Status.SandboxID != "" {
		t.Errorf("steps %+v", steps)
	}
}

// TestTheStoreLearnsOfEverythingInTheEnd does what a work and the publisher do in any
// order, and compares with what the store should have.
func TestTheStoreLearnsOfEverythingInTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := []string{state.Provisioning, state.Pending, state.Running, state.Deprovisioning, state.Stopped}
		p := Task{Shown: order[0]}
		var stop *state.Stop
		at, stored, storedStop := 0, 0, false
		onTheWay, wayStop := -1, false
		step := func(what int) {
			switch what {
			case 0:
				p.Touch()
			case 1:
				if at < len(order)-1 {
					at++
					p.Touch()
					p.Announce(&state.TaskStatus{LastStatus: order[at]}, stop, time.Time{})
				}
			case 2:
				stop = &state.Stop{}
				p.Touch()
			case 3:
				if p.stage == queued {
					steps := p.Take(&state.TaskStatus{LastStatus: order[at]}, stop)
					last := steps[len(steps)-1]
					onTheWay, wayStop = slices.Index(order, last.Status.LastStatus), wayStop || last.Stop != nil
				}
			case 4:
				if onTheWay >= 0 {
					stored, storedStop, onTheWay = onTheWay, wayStop, -1
					p.Land()
				}
			}
			p.Enqueue(order[at], stop != nil, what%2 == 0)
		}
		for _, what := range rapid.SliceOf(rapid.IntRange(0, 4)).Draw(t, "steps") {
			step(what)
		}
		for range 3 { // to rest
			p.Enqueue(order[at], stop != nil, true)
			step(4)
			step(3)
			step(4)
		}
		if stored != at || storedStop != (stop != nil) || p.stage != known {
			t.Fatalf("the store has %s and stop %v, want %s and %v; stage %d", order[stored], storedStop, order[at], stop != nil, p.stage)
		}
	})
}
