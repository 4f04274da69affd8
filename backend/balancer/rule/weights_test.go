package rule

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// Weights decide on the group: one without any gets nothing.
func TestWeights(t *testing.T) {
	f := newForward(balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "a", Weight: 3}, {Group: "b", Weight: 0}, {Group: "c", Weight: 1}}}, target.NewGroup)
	got := map[string]int{}
	for i := range uint64(400) {
		got[f.Pick(i).Group.ID]++
	}
	if got["a"] != 300 || got["b"] != 0 || got["c"] != 100 {
		t.Errorf("%v", got)
	}
	if f := newForward(balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "a", Weight: 0}}}, target.NewGroup); f.Pick(0) != nil {
		t.Error("a group without weight is picked")
	}
}
