package state_test

import (
	"context"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestRoomIsWhatATaskGivesBack: a task that comes wakes no waiter, one that goes does.
func TestRoomIsWhatATaskGivesBack(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	watch := state.WatchRoom(s)
	defer watch.Close()
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	instance, now := scope.ContainerInstance("shop", "1"), time.Unix(1_800_000_000, 0)
	task := &state.Task{
		ARN:       scope.Task("shop", "a"),
		Spec:      &state.TaskSpec{ClusterARN: scope.Cluster("shop"), Reserved: &state.Reservation{CPU: 256}},
		Placement: &state.Placement{ContainerInstance: instance},
		Status:    state.TaskStatus{LastStatus: state.Running},
	}
	woken := func(change func(tx *store.Tx)) bool {
		t.Helper()
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		now, cancel := context.WithCancel(context.Background())
		cancel()
		id, err := watch.Next(now)
		if err == nil {
			watch.Done(id)
		}
		return id == scope.Cluster("shop")
	}
	if woken(func(tx *store.Tx) {
		state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive})
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, Status: state.InstanceActive}, now)
		state.AddTask(tx, task)
	}) {
		t.Error("a task that comes makes no room")
	}
	if woken(func(tx *store.Tx) { state.StopTask(tx, task.ARN, state.Stop{}) }) {
		t.Error("a task has what it has until it is STOPPED")
	}
	if !woken(func(tx *store.Tx) {
		state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped}})
	}) {
		t.Error("a task that goes makes room")
	}
	if got := state.DrainingInstances(s.Read(), scope.Cluster("shop")); len(got) != 0 {
		t.Errorf("%d instances drain", len(got))
	}
	woken(func(tx *store.Tx) {
		draining := *state.FindContainerInstance(tx, instance)
		draining.Status = state.InstanceDraining
		state.PutContainerInstance(tx, &draining, now)
	})
	if got := state.DrainingInstances(s.Read(), scope.Cluster("shop")); len(got) != 1 {
		t.Errorf("%d instances drain, want 1", len(got))
	}
}
