package state_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestDeregisteredContainerInstancesAreForgotten forgets those that were deregistered
// before a time, but not while one of their tasks is left.
func TestDeregisteredContainerInstancesAreForgotten(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	cluster := &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive}
	idle, busy, active := scope.ContainerInstance("shop", "1"), scope.ContainerInstance("shop", "2"), scope.ContainerInstance("shop", "3")
	task := &state.Task{
		ARN: scope.Task("shop", "a"), Spec: &state.TaskSpec{ClusterARN: cluster.ARN},
		Placement: &state.Placement{ContainerInstance: busy}, Status: state.TaskStatus{LastStatus: state.Running},
	}
	now := time.Unix(1_800_000_000, 0)
	update := func(change func(tx *store.Tx)) {
		t.Helper()
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	left := func() (arns string) {
		for _, c := range state.ContainerInstances(s.Read(), cluster) {
			arns += arn.Name(c.ARN) + " "
		}
		return arns
	}

	update(func(tx *store.Tx) {
		state.Clusters.Put(tx, cluster)
		for _, id := range []string{idle, busy, active} {
			state.PutContainerInstance(tx, &state.ContainerInstance{ARN: id, Status: state.InstanceActive, AgentConnected: true}, now)
		}
		state.AddTask(tx, task)
		state.DeregisterContainerInstance(tx, idle, now)
		state.DeregisterContainerInstance(tx, busy, now)
	})
	if c := state.FindContainerInstance(s.Read(), idle); c.Status != state.InstanceInactive || c.AgentConnected {
		t.Errorf("deregistered: %+v", c)
	}
	if n := state.FindClusterSummary(s.Read(), cluster.ARN).ContainerInstances; n != 1 {
		t.Errorf("%d container instances in the cluster's counts, want 1", n)
	}
	update(func(tx *store.Tx) { state.ForgetContainerInstances(tx, now) })
	if left() != "1 2 3 " {
		t.Errorf("left before their time: %s", left())
	}
	update(func(tx *store.Tx) { state.ForgetContainerInstances(tx, now.Add(time.Second)) })
	if left() != "2 3 " {
		t.Errorf("left after their time: %s", left())
	}
	update(func(tx *store.Tx) {
		if err := state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped, StoppedAt: now}}); err != nil {
			t.Error(err)
		}
		state.ForgetContainerInstances(tx, now.Add(time.Second))
	})
	if left() != "3 " {
		t.Errorf("left without tasks: %s", left())
	}
}
