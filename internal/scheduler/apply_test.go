package scheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// A verb that is refused, which none should be, keeps no other one from being carried out.
func TestARefusedVerbTakesNoOtherAlong(t *testing.T) {
	f := newFixture(t, nil)
	var refused error
	f.update(func(tx *state.Tx) {
		s := f.service()
		refused = apply(tx, s, []Verb{SetWeights{Rule: "gone"}, StartTasks{DeploymentID: s.Deployments[0].ID, N: 2}}, f.now)
	})
	if n := len(f.tasks()); n != 2 || refused == nil {
		t.Errorf("%d tasks, refused: %v", n, refused)
	}
}
