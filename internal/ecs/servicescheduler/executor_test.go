package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestTheExecutorBringsAboutWhatAnyStrategyWants gives it targets for three generations, of
// which some have tasks already. At no step it starts above upper nor stops healthy tasks
// below lower, and where the bounds leave room it reaches the targets.
func TestTheExecutorBringsAboutWhatAnyStrategyWants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t, func(s *state.Service) { s.DesiredCount = rapid.IntRange(0, 5).Draw(t, "before") })
		f.settle()
		f.deploy(rapid.Bool().Draw(t, "checked"))
		f.deploy(false)
		wanted := []int{
			rapid.IntRange(0, 5).Draw(t, "front"), rapid.IntRange(0, 5).Draw(t, "behind"), rapid.IntRange(0, 5).Draw(t, "last"),
		}
		most := wanted[0] + wanted[1] + wanted[2]
		upper, lower := most+rapid.IntRange(1, 5).Draw(t, "room"), rapid.IntRange(0, most).Draw(t, "lower")
		mixed := func(p *planner) fulfil.Desired {
			in := fulfil.Desired{Bounds: fulfil.Bounds{Upper: upper, Lower: lower}}
			for i, g := range p.Generations {
				in.Targets = append(in.Targets, fulfil.Target{Generation: g, Wanted: wanted[i], Grows: true, Drain: fulfil.WhenReplaced})
			}
			return in
		}
		f.follow(mixed)
		if in := mixed(plannerOf(f.input())); !in.Reached() {
			t.Fatalf("wanted %v within %d and %d, and got %+v, %+v, %+v", wanted, lower, upper, in.Targets[0], in.Targets[1], in.Targets[2])
		}
	})
}

// follow lets the executor and an obedient agent act until nothing is left to do.
func (f *fixture) follow(wants func(*planner) fulfil.Desired) {
	f.t.Helper()
	for range 1000 {
		before, p := f.census(), plannerOf(f.input())
		in := wants(p)
		p.executor.CarryOut(in)
		plan := p.finish()
		f.update(func(tx *store.Tx) {
			if err := apply(tx, state.FindService(tx, serviceARN), nil, plan.Verbs, f.now); err != nil {
				f.t.Fatalf("apply: %v", err)
			}
		})
		switch after := f.census(); {
		case after.present > max(in.Upper, before.present):
			f.t.Fatalf("%d tasks, before %d, of at most %d", after.present, before.present, in.Upper)
		case after.healthy < min(in.Lower, before.healthy):
			f.t.Fatalf("%d healthy tasks, before %d, of at least %d", after.healthy, before.healthy, in.Lower)
		}
		switch {
		case f.obey() || len(plan.Verbs) > 0:
		case plan.WakeAt.IsZero():
			return
		default:
			f.now = plan.WakeAt
		}
	}
	f.t.Fatalf("the executor does not come to rest")
}
