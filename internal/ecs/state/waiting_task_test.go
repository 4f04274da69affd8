package state_test

import (
	"context"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAWaitingTaskIsPlacedOrEndsOnce: counts follow, and what comes second finds nothing to do.
func TestAWaitingTaskIsPlacedOrEndsOnce(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	cluster, service := scope.Cluster("shop"), scope.Service("shop", "web")
	instance := scope.ContainerInstance("shop", "1")
	now := time.Unix(1_800_000_000, 0)
	update := func(change func(tx *store.Tx)) {
		t.Helper()
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	waiting := func(id string) *state.Task {
		return &state.Task{
			ARN: scope.Task("shop", id),
			Spec: &state.TaskSpec{
				ClusterARN: cluster, ServiceARN: service, DeploymentID: "ecs-svc/1", LaunchType: types.LaunchTypeEc2,
				NetworkMode: types.NetworkModeBridge, Reserved: &state.Reservation{CPU: 256, Memory: 512}, CreatedAt: now,
			},
			Placement: &state.Placement{CapacityProvider: "spare", VolumeID: "vol-" + id, Waiting: &state.Waiting{}},
			Status:    state.TaskStatus{LastStatus: state.Provisioning, Containers: []state.Container{{Name: "app"}}},
		}
	}
	update(func(tx *store.Tx) {
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, Status: state.InstanceActive}, now)
		state.AddTask(tx, waiting("a"))
		state.AddTask(tx, waiting("b"))
	})
	if n := len(state.WaitingTasks(s.Read(), cluster, "spare")); n != 2 {
		t.Fatalf("%d tasks wait, want 2", n)
	}
	if n := len(state.WaitingTasks(s.Read(), cluster, "other")); n != 0 {
		t.Errorf("%d tasks wait for another provider, want none", n)
	}
	if c := state.FindClusterSummary(s.Read(), cluster); c.PendingEC2 != 2 || c.Waiting != 2 {
		t.Errorf("%d tasks are pending and %d wait, want 2", c.PendingEC2, c.Waiting)
	}

	place := state.Placement{ContainerInstance: instance, SubnetID: "subnet-1", Zone: "us-east-1a"}
	update(func(tx *store.Tx) {
		state.ExplainWaiting(tx, scope.Task("shop", "b"), "RESOURCE:CPU")
		state.StopTask(tx, scope.Task("shop", "b"), state.Stop{Code: types.TaskStopCodeTaskFailedToStart, At: now})
		if !state.PlaceTask(tx, scope.Task("shop", "a"), place, now) || state.PlaceTask(tx, scope.Task("shop", "a"), place, now) {
			t.Error("task a is not placed exactly once")
		}
		if state.PlaceTask(tx, scope.Task("shop", "b"), place, now) {
			t.Error("task b is placed although it shall stop")
		}
		if state.EndWaiting(tx, scope.Task("shop", "a"), now) {
			t.Error("task a ends although it has a place")
		}
		if !state.EndWaiting(tx, scope.Task("shop", "b"), now) || state.EndWaiting(tx, scope.Task("shop", "b"), now) {
			t.Error("task b does not end exactly once")
		}
	})
	a, b := state.FindTask(s.Read(), scope.Task("shop", "a")), state.FindTask(s.Read(), scope.Task("shop", "b"))
	if a.Waits() || a.Unplaced() || a.Placement.VolumeID != "vol-a" || a.Placement.CapacityProvider != "spare" || !a.Status.ConnectivityAt.Equal(now) ||
		a.Status.LastStatus != state.Pending || a.Placement.ContainerInstance != instance || a.Version != 2 {
		t.Errorf("task a: %+v at %+v", a.Status, a.Placement)
	}
	if !b.Ended() || b.OnFargate() || b.Status.Containers[0].LastStatus() != state.Stopped || b.Version != 3 || !b.Status.StoppedAt.Equal(now) {
		t.Errorf("task b: %+v", b)
	}
	if n := len(state.AllWaitingTasks(s.Read(), cluster)) + state.FindClusterSummary(s.Read(), cluster).Waiting; n != 0 {
		t.Errorf("%d tasks wait, want none", n)
	}
	if n := state.FindServiceSummary(s.Read(), service).Of("ecs-svc/1").FailedToStart; n != 0 {
		t.Errorf("%d tasks failed to start, want none: to wait is no failure", n)
	}
	if u := state.FindInstanceUsage(s.Read(), instance); u.CPU != 256 || u.Pending != 1 {
		t.Errorf("the instance has %+v of task a", u)
	}
	want := state.PlacedCounts{DeploymentID: "ecs-svc/1", SubnetID: "subnet-1", Zone: "us-east-1a", CapacityProvider: "spare", Active: 1}
	if got := state.FindServiceSummary(s.Read(), service).Placed; len(got) != 1 || got[0] != want {
		t.Errorf("placed tasks of the service: %+v, want %+v", got, want)
	}
}

// TestWatchWaitingTasks: what may end a task's wait wakes its cluster, and nothing else does.
func TestWatchWaitingTasks(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	cluster, instance, now := scope.Cluster("shop"), scope.ContainerInstance("shop", "1"), time.Unix(1_800_000_000, 0)
	task := func(id string, place state.Placement) *state.Task {
		spec := &state.TaskSpec{ClusterARN: cluster, Reserved: &state.Reservation{CPU: 256}, CreatedAt: now}
		return &state.Task{ARN: scope.Task("shop", id), Spec: spec, Placement: &place, Status: state.TaskStatus{LastStatus: state.Provisioning}}
	}
	stop := func(tx *store.Tx, id string) {
		state.StopTask(tx, scope.Task("shop", id), state.Stop{Code: types.TaskStopCodeUserInitiated, At: now})
	}
	watch := state.WatchWaitingTasks(s)
	defer watch.Close()
	for _, step := range []struct {
		what   string
		change func(tx *store.Tx)
		wakes  bool
	}{
		{"an instance comes", func(tx *store.Tx) {
			state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, Status: state.InstanceActive}, now)
		}, true},
		{"a task takes room", func(tx *store.Tx) { state.AddTask(tx, task("a", state.Placement{ContainerInstance: instance})) }, false},
		{"a task begins to wait", func(tx *store.Tx) {
			state.AddTask(tx, task("b", state.Placement{CapacityProvider: "spare", Waiting: &state.Waiting{}}))
		}, true},
		{"why it waits", func(tx *store.Tx) { state.ExplainWaiting(tx, scope.Task("shop", "b"), "RESOURCE:CPU") }, false},
		{"a task with a place shall stop", func(tx *store.Tx) { stop(tx, "a") }, false},
		{"a task with a place ends", func(tx *store.Tx) {
			if err := state.PutTaskStatus(tx, scope.Task("shop", "a"), state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped, StoppedAt: now}, At: now}); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"a task that waits shall stop", func(tx *store.Tx) { stop(tx, "b") }, true},
		{"it ends", func(tx *store.Tx) { state.EndWaiting(tx, scope.Task("shop", "b"), now) }, true},
	} {
		if err := s.Update(func(tx *store.Tx) error { step.change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if !step.wakes {
			cancel()
		}
		switch key, err := watch.Next(ctx); {
		case err == nil && !step.wakes:
			t.Errorf("%s: wakes %s", step.what, key)
		case step.wakes && (err != nil || key != cluster):
			t.Errorf("%s: wakes %q, %v; want the cluster", step.what, key, err)
		default:
			watch.Done(key)
		}
		cancel()
	}
}
