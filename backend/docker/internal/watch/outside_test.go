package watch

import (
	"context"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// An engine that leaves its swarm tells no event of it.
func TestAnEngineThatLeavesItsSwarmIsLookedAtOnce(t *testing.T) {
	var is, was bool
	w := &Watcher{Outside: func(context.Context) bool { return is }}
	queue := newQueue()
	for i, step := range []struct{ outside, look bool }{{false, false}, {true, true}, {true, false}, {false, false}, {true, true}} {
		is = step.outside
		was = w.seeOutside(t.Context(), was, queue)
		event, ok := queue.pop()
		if was != is || ok != step.look || ok && event.Kind != backend.Resync {
			t.Errorf("step %d: outside is %t, and it is told of %v", i, was, event)
		}
	}
}
