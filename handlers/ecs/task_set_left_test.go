package ecs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// A cluster is not deleted while a task set drains in it, also if its last task has stopped. What is left of sets goes with the name.
func TestDeleteClusterWithATaskSetThatDrains(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	service := newService("shop", "web")
	service.DeploymentController, service.DeletedAt, service.Deployments = types.DeploymentControllerTypeExternal, time.Now(), nil
	service.Sets = &state.SetService{Revision: &state.ServiceRevision{}}
	set := &taskset.TaskSet{
		Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{}},
		ARN:        testScope.TaskSet("shop", "web", "ecs-svc/1"), ServiceARN: service.ARN,
	}
	s.update(t, func(tx *store.Tx) { state.PutService(tx, service); taskset.Put(tx, set) })
	remove := func() error {
		_, err := s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")})
		return err
	}
	refused(t, remove(), "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
	s.update(t, func(tx *store.Tx) { taskset.Remove(tx, set, time.Now()) })
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	s.update(t, func(tx *store.Tx) { taskset.Put(tx, set) })
	s.createClusters(t, "shop")
	if state.FindService(s.store.Read(), service.ARN) != nil || taskset.Find(s.store.Read(), set.ARN) != nil {
		t.Error("what was in the cluster is in the new one")
	}
}
