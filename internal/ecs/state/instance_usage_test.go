package state_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestUsageOfAContainerInstance follows what tasks take and give back: a task holds what
// it has until it is STOPPED, also when it shall stop.
func TestUsageOfAContainerInstance(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	cluster := &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive}
	instance := scope.ContainerInstance("shop", "1")
	now := time.Unix(1_800_000_000, 0)
	task := &state.Task{
		ARN: scope.Task("shop", "a"),
		Spec: &state.TaskSpec{
			ClusterARN: cluster.ARN, Group: "family:web", LaunchType: types.LaunchTypeEc2,
			Reserved: &state.Reservation{CPU: 256, Memory: 512, Ports: []uint16{8080}, ENI: true},
		},
		Placement: &state.Placement{ContainerInstance: instance, GPUs: []string{"gpu-1"}},
		Status:    state.TaskStatus{LastStatus: state.Pending, Containers: []state.Container{{Name: "web"}}},
	}
	update := func(change func(tx *store.Tx)) {
		t.Helper()
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	usage := func() *state.InstanceUsage { return state.FindInstanceUsage(s.Read(), instance) }

	update(func(tx *store.Tx) {
		state.Clusters.Put(tx, cluster)
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, Status: state.InstanceActive}, now)
		state.AddTask(tx, task)
	})
	if u := usage(); u.Version != 2 || u.Pending != 1 || u.CPU != 256 || u.Memory != 512 || u.ENIs != 1 ||
		!slices.Equal(u.Ports, []uint16{8080}) || !slices.Equal(u.GPUs, []string{"gpu-1"}) {
		t.Errorf("usage with a PENDING task: %+v", u)
	}
	if n := state.FindClusterSummary(s.Read(), cluster.ARN).ContainerInstances; n != 1 {
		t.Errorf("%d container instances in the cluster's counts, want 1", n)
	}

	running := task.Status.Clone()
	running.LastStatus = state.Running
	running.Containers[0].Bindings = []state.Binding{
		{ContainerPort: 80, HostPort: 8080, Protocol: types.TransportProtocolTcp},
		{ContainerPort: 81, HostPort: 32768, Protocol: types.TransportProtocolTcp},
		{ContainerPort: 53, HostPort: 32768, Protocol: types.TransportProtocolUdp},
		{ContainerPort: 8000, HostPort: 32770, More: 2, Protocol: types.TransportProtocolTcp},
	}
	update(func(tx *store.Tx) { state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: running}) })
	if u := usage(); u.Running != 1 || u.Pending != 0 || !slices.Equal(u.Ports, []uint16{8080, 32768, 32770, 32771, 32772}) || !slices.Equal(u.PortsUDP, []uint16{32768}) {
		t.Errorf("usage with a RUNNING task: %+v", u)
	}

	update(func(tx *store.Tx) { state.StopTask(tx, task.ARN, state.Stop{Reason: "enough"}) })
	if u := usage(); u.Running != 0 || u.Left != 1 || u.CPU != 256 {
		t.Errorf("usage with a task that shall stop: %+v", u)
	}
	if got := state.GroupTasks(s.Read(), cluster.ARN, "family:web"); len(got) != 1 {
		t.Errorf("%d tasks of the group, want 1", len(got))
	}

	stopped := running.Clone()
	stopped.LastStatus = state.Stopped
	update(func(tx *store.Tx) { state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: stopped}) })
	if u := usage(); u.Left != 0 || u.CPU != 0 || u.ENIs != 0 || len(u.Ports) != 0 || len(u.PortsUDP) != 0 || len(u.GPUs) != 0 {
		t.Errorf("usage after the task: %+v", u)
	}
	if got := state.InstanceTasks(s.Read(), instance); len(got) != 0 {
		t.Errorf("%d tasks of the instance are left, want none", len(got))
	}
}
