package servicescheduler

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A verb that is refused, which none should be, keeps no other one from being carried out.
func TestARefusedVerbTakesNoOtherAlong(t *testing.T) {
	f := newFixture(t, nil)
	var refused error
	f.update(func(tx *store.Tx) {
		s := f.service()
		refused = apply(tx, s, nil, []verb.Verb{verb.SetWeights{Rule: "gone"}, verb.StartTasks{DeploymentID: s.Deployments[0].ID, N: 2}}, f.now)
	})
	if n := len(f.tasks()); n != 2 || refused == nil {
		t.Errorf("%d tasks, refused: %v", n, refused)
	}
}

// A start may leave out the damaged row of a cluster. Its services wait then.
func TestAServiceWaitsForTheRowOfItsCluster(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.ClusterARN = scope.Cluster("damaged") })
	f.reconcile(serviceARN)
	if n := len(f.tasks()); n != 0 {
		t.Errorf("%d tasks", n)
	}
}
