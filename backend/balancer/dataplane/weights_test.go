package dataplane

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Weights decide on the group: one without any gets nothing.
func TestWeights(t *testing.T) {
	f := newForward(balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "a", Weight: 3}, {Group: "b", Weight: 0}, {Group: "c", Weight: 1}}}, newGroup)
	got := map[string]int{}
	for i := range uint64(400) {
		got[f.pick(i).group.id]++
	}
	if got["a"] != 300 || got["b"] != 0 || got["c"] != 100 {
		t.Errorf("%v", got)
	}
	if f := newForward(balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "a", Weight: 0}}}, newGroup); f.pick(0) != nil {
		t.Error("a group without weight is picked")
	}
}
