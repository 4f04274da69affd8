package service

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// After a rollback the failed deployment is newer than the one that it has not replaced.
func TestDeploymentsAreListedAsAWSListsThem(t *testing.T) {
	s := &state.Service{
		Deployments: []*state.Deployment{{ID: "primary"}, {ID: "drains", Draining: true}, {ID: "failed"}, {ID: "older"}, {ID: "steady"}},
		Completed:   &state.CompletedDeployment{ID: "steady"},
	}
	want := []string{"primary", "steady", "failed", "older", "drains"}
	for i, d := range listedDeployments(s) {
		if d.ID != want[i] {
			t.Errorf("at %d is %s, want %s", i, d.ID, want[i])
		}
	}
	if s.Deployments[1].ID != "drains" {
		t.Error("the row has another order")
	}
}
