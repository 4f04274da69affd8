package state

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// A blue/green deployment goes back: the deployment that was there before is PRIMARY again, as a part of the service deployment
// that has failed. Its tasks of before are billed as of the service deployment that made them; those that the rollback starts, not.
func TestARollbackTakesNoTasksOver(t *testing.T) {
	s := openAt(t, "")
	defer s.Close()
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.UnixMilli(1_700_000_000_123).UTC()
	first := &Deployment{Generation: Generation{ID: "ecs-svc/1", CreatedAt: now, Revision: &ServiceRevision{TaskDefinition: "web:1"}}}
	second := &Deployment{Generation: Generation{ID: "ecs-svc/2", CreatedAt: now.Add(time.Hour), Revision: &ServiceRevision{TaskDefinition: "web:2"}}}
	service := &Service{ARN: scope.Service("c", "web"), Name: "web", ClusterARN: scope.Cluster("c"), Deployments: []*Deployment{first}}
	update(t, s, func(tx *store.Tx) { PutService(tx, service) })
	updated := service.Clone()
	updated.SetPrimary(second)
	update(t, s, func(tx *store.Tx) { PutService(tx, updated) })
	made, failed := updated.Deployments[1].ServiceDeploymentARN, updated.Deployments[0].ServiceDeploymentARN

	back := updated.Clone()
	again := back.Deployments[1]
	again.RestoresID, again.ServiceDeploymentARN = again.ID, failed
	back.SetPrimary(again)
	update(t, s, func(tx *store.Tx) { Retire(tx, updated, back, now.Add(2*time.Hour)); PutService(tx, back) })
	for created, want := range map[time.Duration]string{time.Minute: made, 2 * time.Hour: failed} {
		task := &Task{ARN: scope.Task("c", "1"), Placement: &Placement{}, Spec: &TaskSpec{
			ClusterARN: service.ClusterARN, ServiceARN: service.ARN, DeploymentID: first.ID, LaunchType: types.LaunchTypeFargate, CreatedAt: now.Add(created),
		}}
		if got := Billed(s.Read(), task, now.Add(3*time.Hour)).Deployment; got != want {
			t.Errorf("a task made after %s is of %s, want %s", created, got, want)
		}
	}
}
