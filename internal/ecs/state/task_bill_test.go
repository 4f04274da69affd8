package state_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The ledger grows with services, deployments and hours, not with tasks: 100,000 tasks of ten services in an hour leave few rows.
func TestManyTasksLeaveFewSums(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scope, start := arn.Scope{Region: "eu-west-1", Account: "123456789012"}, time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
	const services, each, together = 10, 10_000, 100
	for n := 0; n < each; n += together {
		err := s.Update(func(tx *store.Tx) error {
			for of := range services {
				spec := &state.TaskSpec{
					ClusterARN: scope.Cluster("c"), ServiceARN: scope.Service("c", fmt.Sprint("web", of)), DeploymentID: fmt.Sprint("ecs-svc/", of), Family: "web", Revision: of,
					LaunchType: types.LaunchTypeFargate, CPU: "256", Memory: "512", CreatedAt: start,
				}
				for i := range together {
					id := scope.Task("c", fmt.Sprintf("%d-%d", of, n+i))
					state.AddTask(tx, &state.Task{ARN: id, Spec: spec, Status: state.TaskStatus{LastStatus: state.Provisioning}})
					pulled := start.Add(time.Duration(n+i) * time.Hour / each)
					end := pulled.Add(time.Duration(i) * time.Second)
					err := state.PutTaskStatus(tx, id, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped, PullStartedAt: pulled, StoppedAt: end}, At: end})
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tx, sum := s.Read(), ledger.Amounts{}
	rows := ledger.Sums(tx)
	for _, row := range rows {
		sum.Add(row.Amounts)
	}
	seconds := int64(0)
	for i := range int64(together) {
		seconds += max(60, i)
	}
	if want := services * each / together * seconds; sum.Count != services*each || sum.Seconds != want {
		t.Errorf("%d tasks have %d seconds, want %d", sum.Count, sum.Seconds, want)
	}
	if len(rows) >= 200 {
		t.Errorf("%d tasks leave %d sums", services*each, len(rows))
	}
}

// What a task is billed as follows from where it runs.
func TestTasksAreBilledByWhereTheyRun(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scope, now := arn.Scope{Region: "eu-west-1", Account: "123456789012"}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	instance := scope.ContainerInstance("c", "i")
	err = s.Update(func(tx *store.Tx) error {
		state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster("c"), Name: "c"})
		name, kind := "ecs.instance-type", "t3.micro"
		state.PutContainerInstance(tx, &state.ContainerInstance{ARN: instance, Attributes: []types.Attribute{{Name: &name, Value: &kind}}}, now)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	task := func(spec state.TaskSpec, place state.Placement) *state.Task {
		spec.ClusterARN, spec.Family, spec.Revision = scope.Cluster("c"), "job", 3
		return &state.Task{ARN: scope.Task("c", "1"), Spec: &spec, Placement: &place, Status: state.TaskStatus{PullStartedAt: now, StartedAt: now}}
	}
	on := ledger.Of{Kind: ledger.KindTask, Region: "eu-west-1", ClusterARN: scope.Cluster("c"), Family: "job", Architecture: "X86_64"}
	for name, test := range map[string]struct {
		task *state.Task
		want func(of *ledger.Of, want *ledger.Task)
	}{
		"Fargate": {
			task(state.TaskSpec{LaunchType: types.LaunchTypeFargate, Architecture: "x86_64", CPU: "256", Memory: "512", EphemeralStorageGiB: 20, AssignPublicIP: true}, state.Placement{}),
			func(of *ledger.Of, want *ledger.Task) {
				of.Capacity, want.ENI, want.Public = "FARGATE", true, true
				want.CPU, want.Memory, want.FargateCPU, want.FargateMemory = 256, 512, 256, 512
			},
		},
		"Fargate Spot on ARM with storage": {
			task(state.TaskSpec{LaunchType: types.LaunchTypeFargate, Architecture: "arm64", CPU: "256", Memory: "512", EphemeralStorageGiB: 50}, state.Placement{CapacityProvider: "FARGATE_SPOT"}),
			func(of *ledger.Of, want *ledger.Task) {
				of.Capacity, of.Architecture, want.ENI, want.Storage = "FARGATE_SPOT", "ARM64", true, 30
				want.CPU, want.Memory, want.FargateCPU, want.FargateMemory = 256, 512, 256, 512
			},
		},
		"an instance": {
			task(state.TaskSpec{LaunchType: types.LaunchTypeEc2, NetworkMode: types.NetworkModeBridge, Reserved: &state.Reservation{CPU: 100, Memory: 600}}, state.Placement{ContainerInstance: instance}),
			func(of *ledger.Of, want *ledger.Task) {
				of.Capacity, of.InstanceType = "EC2", "t3.micro"
				want.CPU, want.Memory, want.FargateCPU, want.FargateMemory = 100, 600, 256, 1024
			},
		},
		"an instance with a GPU, in a service": {
			task(state.TaskSpec{LaunchType: types.LaunchTypeEc2, NetworkMode: types.NetworkModeAwsvpc, ServiceARN: scope.Service("c", "web"), DeploymentID: "ecs-svc/1", Reserved: &state.Reservation{CPU: 100, Memory: 600, GPUs: 1}}, state.Placement{ContainerInstance: instance}),
			func(of *ledger.Of, want *ledger.Task) {
				of.Capacity, of.InstanceType, of.Family, of.ServiceARN, of.TaskDefinition = "EC2", "t3.micro", "", scope.Service("c", "web"), "job:3"
				of.Deployment = scope.ServiceDeployment("c", "web", arn.ServiceDeploymentID("ecs-svc/1"))
				want.CPU, want.Memory, want.ENI = 100, 600, true
			},
		},
	} {
		want := ledger.Task{PullStartedAt: now, RunningAt: now, End: now.Add(time.Hour)}
		of := on
		test.want(&of, &want)
		want.Of = of
		if got := state.Billed(s.Read(), test.task, now.Add(time.Hour)); got != want {
			t.Errorf("%s:\n%+v, want\n%+v", name, got, want)
		}
	}
}
