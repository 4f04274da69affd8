package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/strategy"
)

// returning goes back to the deployment that completed last as it is, whose tasks still run.
type returning struct{ strategy.Rolling }

func (returning) RollBack(p strategy.Rollout, _, _ string) {
	for _, g := range p.Older() {
		if g.Deployment.ID == p.Service.Completed.ID {
			p.Service.SetPrimary(g.Deployment)
		}
	}
}

// How to go back is the strategy's: the circuit breaker makes no deployment by itself.
func TestTheStrategyRollsBack(t *testing.T) {
	f := newFixture(t, withBreaker(true))
	f.settle()
	completed := f.service().Primary().ID
	f.deploy(false)
	for range bounds.Threshold(nil, 1) {
		f.schedule()
		f.failNew(types.TaskStopCodeTaskFailedToStart)
	}
	p := newPlanner(f.input(), returning{})
	p.roll()
	if got := p.Service.Primary(); got.ID != completed || len(p.Service.Deployments) != 2 {
		t.Fatalf("PRIMARY is %s of %d deployments, want %s", got.ID, len(p.Service.Deployments), completed)
	}
	if failed := p.Service.Deployments[0]; failed.RolloutState != types.DeploymentRolloutStateFailed {
		t.Errorf("the newer deployment is %s", failed.RolloutState)
	}
}
