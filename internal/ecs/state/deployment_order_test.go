package state

import "testing"

// After a rollback the failed deployment is newer than the one that it has not replaced.
func TestDeploymentsAreListedAsAWSListsThem(t *testing.T) {
	s := &Service{
		Deployments: []*Deployment{
			{Generation: Generation{ID: "primary"}}, {Generation: Generation{ID: "drains"}, Draining: true},
			{Generation: Generation{ID: "failed"}}, {Generation: Generation{ID: "older"}}, {Generation: Generation{ID: "steady"}},
		},
		Completed: &CompletedDeployment{ID: "steady"},
	}
	want := []string{"primary", "steady", "failed", "older", "drains"}
	for i, d := range s.ListedDeployments() {
		if d.ID != want[i] {
			t.Errorf("at %d is %s, want %s", i, d.ID, want[i])
		}
	}
}
