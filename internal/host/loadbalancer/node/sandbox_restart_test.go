package node

import (
	"context"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// filtered is an engine that has to be told of each filter, and counts how often it is, by sandbox.
type filtered struct {
	*sim.Engine
	mu   sync.Mutex
	told map[string]int
}

func (f *filtered) Info(ctx context.Context) (backend.Info, error) {
	info, err := f.Engine.Info(ctx)
	info.Simulated = false
	return info, err
}

func (f *filtered) SetFilter(ctx context.Context, sandbox string, filter *backend.Filter) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told[sandbox]++
	return f.Engine.SetFilter(ctx, sandbox, filter)
}

func (f *filtered) times(sandbox string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.told[sandbox]
}

// A load balancer whose sandbox and container others have started again is whole, but for its filter.
func TestALoadBalancerThatIsStartedAgainIsFilteredAgain(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		b.stop()
		engine := &filtered{Engine: b.engine, told: map[string]int{}}
		b.restartOn(engine)
		row := b.loadBalancer("sg-of-none")
		b.up(row)
		sandbox, container := b.parts(row)
		soon()
		b.up(row)
		if n := engine.times(sandbox.ID); n != 1 {
			t.Errorf("its filter was set %d times", n)
		}
		for _, id := range []string{sandbox.ID, container.ID} {
			if err := b.engine.Restart(id); err != nil {
				t.Fatal(err)
			}
		}
		soon()
		b.up(row)
		after, _ := b.parts(row)
		if n := engine.times(after.ID); after.ID == sandbox.ID && n != 2 || n == 0 {
			t.Errorf("the filter of sandbox %s, which was %s, was set %d times", after.ID, sandbox.ID, n)
		}
	})
}
