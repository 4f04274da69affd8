package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
)

// returning goes back to the deployment that completed last as it is, whose tasks still run.
type returning struct{ rolling }

func (returning) rollBack(p *planner, _, _ string) {
	for _, g := range p.older {
		if g.deployment.ID == p.service.Completed.ID {
			p.service.SetPrimary(g.deployment)
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
	p := newPlanner(f.input())
	p.strategy = returning{}
	p.roll()
	if got := p.service.Primary(); got.ID != completed || len(p.service.Deployments) != 2 {
		t.Fatalf("PRIMARY is %s of %d deployments, want %s", got.ID, len(p.service.Deployments), completed)
	}
	if failed := p.service.Deployments[0]; failed.RolloutState != types.DeploymentRolloutStateFailed {
		t.Errorf("the newer deployment is %s", failed.RolloutState)
	}
}
