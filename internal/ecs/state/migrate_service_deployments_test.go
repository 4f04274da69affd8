package state

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/migration"
)

// openFormat2 opens a file in which an emulator without service revisions and service
// deployments has written services.
func openFormat2(t *testing.T, written ...*Service) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	old, err := store.Open(store.Options{Path: path, Migrations: migration.All[:2]})
	if err != nil {
		t.Fatal(err)
	}
	err = old.Update(func(tx *store.Tx) error {
		for _, s := range written {
			services.Put(tx, s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// What remained of the deployment that completed last does not tell when it was made. The
// deployment itself does, if the service still lists it.
func TestFormat2KnowsWhenRevisionsWereMade(t *testing.T) {
	scope, created := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.UnixMilli(1_700_000_000_123).UTC()
	updated := created.Add(time.Hour)
	revision := func() *ServiceRevision { return &ServiceRevision{TaskDefinition: "web:2"} }
	s := openFormat2(t, &Service{
		ARN: scope.Service("c", "web"), Name: "web", ClusterARN: scope.Cluster("c"), CreatedAt: created,
		Completed: &CompletedDeployment{ID: "ecs-svc/2", Revision: revision()},
		Deployments: []*Deployment{{
			Generation: Generation{ID: "ecs-svc/2", CreatedAt: updated, Revision: revision()}, UpdatedAt: updated,
			RolloutState: types.DeploymentRolloutStateCompleted,
		}},
	})
	service := FindService(s.Read(), scope.Service("c", "web"))
	front, row := service.Primary().Revision, FindServiceRevision(s.Read(), service.Primary().Revision.ARN)
	if !row.CreatedAt.Equal(updated) || !front.CreatedAt.Equal(updated) || service.Completed.Revision.ARN != row.ARN {
		t.Errorf("made at %s and %s, want %s", row.CreatedAt, front.CreatedAt, updated)
	}
}

// The scheduler does not look at a service that is INACTIVE any more.
func TestFormat2EndsTheServiceDeploymentsOfInactiveServices(t *testing.T) {
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.UnixMilli(1_700_000_000_123).UTC()
	s := openFormat2(t, &Service{
		ARN: scope.Service("c", "web"), Name: "web", ClusterARN: scope.Cluster("c"), CreatedAt: now, DeletedAt: now, InactiveAt: now,
		Deployments: []*Deployment{{
			Generation: Generation{ID: "ecs-svc/2", CreatedAt: now, Revision: &ServiceRevision{TaskDefinition: "web:2"}}, UpdatedAt: now,
			RolloutState: types.DeploymentRolloutStateInProgress,
		}},
	})
	for _, d := range ServiceDeployments(s.Read(), scope.Service("c", "web")) {
		if d.Status != types.ServiceDeploymentStatusStopped || !d.Ended() || d.StoppedAt.IsZero() {
			t.Errorf("%+v", d)
		}
	}
}
