package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/strategy"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// taskSets is a strategy that is not built: each deployment is a task set, which has a share of the desired count to itself.
// An external controller says how large the shares are, and which task set goes.
type taskSets map[string]int // percent of the desired count, by deployment id

func (taskSets) Advance(strategy.Rollout) bool                   { return false }
func (taskSets) Breaks(strategy.Rollout) bool                    { return false }
func (taskSets) Alarmed(strategy.Rollout) bool                   { return false }
func (taskSets) Fail(strategy.Rollout)                           {}
func (taskSets) RollBack(_ strategy.Rollout, _ string, _ string) {}
func (taskSets) Traits() strategy.Traits                         { return strategy.Traits{} }

func (s taskSets) Desired(p strategy.Rollout) fulfil.Desired {
	in := fulfil.Desired{Apart: true}
	for _, g := range p.Generations {
		wanted := (p.DesiredCount()*s[g.Deployment.ID] + 99) / 100
		in.Targets = append(in.Targets, fulfil.Target{Generation: g, Own: fulfil.Bounds{Upper: p.Upper()}, Wanted: wanted, Grows: true, Drain: fulfil.AtOnce})
	}
	return in
}

// A strategy stands beside the others: the stages around it, and the other strategies, know nothing of it.
func TestAStrategyOfItsOwn(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 4 })
	f.deploy(false)
	green, blue := f.service().Deployments[0].ID, f.service().Deployments[1].ID
	for _, scales := range [][2]int{{50, 100}, {100, 25}, {100, 0}, {0, 100}} {
		f.decideBy(taskSets{green: scales[0], blue: scales[1]})
		for i, id := range []string{green, blue} {
			d, want := f.service().Deployments[i], 4*scales[i]/100
			if d.ID != id || d.DesiredCount != want || d.RolloutState != types.DeploymentRolloutStateInProgress {
				t.Fatalf("%v %%: the task set is %s, wants %d and is %s", scales, d.ID, d.DesiredCount, d.RolloutState)
			}
			if counts := f.counts(i); counts.Running != want || counts.Left != want {
				t.Fatalf("%v %%: %d tasks, %d RUNNING, of %d", scales, counts.Left, counts.Running, want)
			}
		}
	}
}

// decideBy lets a strategy, and an obedient agent, act until nothing is left to do.
func (f *fixture) decideBy(s strategy.Strategy) {
	f.t.Helper()
	for range 1000 {
		plan := decideBy(s, f.input())
		f.update(func(tx *store.Tx) {
			if err := apply(tx, state.FindService(tx, serviceARN), nil, plan.Verbs, f.now); err != nil {
				f.t.Fatalf("apply: %v", err)
			}
		})
		if !f.obey() && len(plan.Verbs) == 0 {
			return
		}
	}
	f.t.Fatalf("the scheduler does not come to rest")
}
