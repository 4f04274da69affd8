package ecs_test

import (
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// groupProviders has the cluster shop associated with capacity providers of Auto Scaling groups:
// fixed, and scaled and also, which have managed scaling.
func (s *server) groupProviders(t testing.TB) {
	t.Helper()
	s.shop(t)
	s.bridge(t, "web")
	s.update(t, func(tx *store.Tx) {
		for name, status := range map[string]ourtypes.ManagedScalingStatus{
			"fixed": ourtypes.ManagedScalingStatusDisabled, "scaled": ourtypes.ManagedScalingStatusEnabled, "also": ourtypes.ManagedScalingStatusEnabled,
		} {
			capacityprovider.Providers.Put(tx, &capacityprovider.Provider{
				ARN: testScope.CapacityProvider(name), Name: name, Status: ourtypes.CapacityProviderStatusActive,
				Type: ourtypes.CapacityProviderTypeEc2Autoscaling, ManagedScaling: ourtypes.ManagedScaling{Status: status},
			})
		}
		shop := *state.Clusters.Get(tx, testScope.Cluster("shop"))
		shop.CapacityProviders = []string{"FARGATE", "fixed", "scaled", "also"}
		state.Clusters.Put(tx, &shop)
	})
}

// instanceOf registers a container instance as one of a capacity provider.
func (s *server) instanceOf(t testing.TB, provider string) string {
	t.Helper()
	id := *s.registerInstance(t, nil).ContainerInstanceArn
	s.update(t, func(tx *store.Tx) {
		c := *state.FindContainerInstance(tx, id)
		c.CapacityProvider = provider
		state.PutContainerInstance(tx, &c, time.Now())
	})
	return id
}

func onProviders(n int32, items ...types.CapacityProviderStrategyItem) *sdk.RunTaskInput {
	return &sdk.RunTaskInput{Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), Count: &n, CapacityProviderStrategy: items}
}

// TestATaskWaitsForItsCapacityProvider: of a provider with managed scaling, one without room is
// PROVISIONING, nowhere, and no failure.
func TestATaskWaitsForItsCapacityProvider(t *testing.T) {
	s := newServer(t)
	s.groupProviders(t)
	s.instanceOf(t, "also")
	in := onProviders(2, provider(testScope.CapacityProvider("scaled"), 1, 0))
	in.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeDistinctInstance}}
	tasks := s.run(t, in)
	described := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: in.Cluster, Tasks: []string{*tasks[1].TaskArn}})).Tasks
	for _, task := range append(tasks, described...) {
		if *task.LastStatus != "PROVISIONING" || task.ContainerInstanceArn != nil || task.AvailabilityZone != nil || task.Connectivity != "" || task.ConnectivityAt != nil ||
			task.LaunchType != types.LaunchTypeEc2 || aws.ToString(task.CapacityProviderName) != "scaled" || len(task.Attachments) > 0 {
			t.Errorf("a task that waits: %+v", task)
		}
		if waits := s.placement(t, task).Waiting; waits == nil || waits.Reason != "EMPTY CAPACITY PROVIDER" || len(waits.Constraints) != 1 {
			t.Errorf("it waits for %+v", waits)
		}
	}
	if c := s.describeCluster(t, "shop"); c.PendingTasksCount != 2 {
		t.Errorf("%d tasks are pending, want 2", c.PendingTasksCount)
	}
	id := s.instanceOf(t, "scaled")
	placed := s.run(t, onProviders(1, provider("scaled", 1, 0)))[0]
	if *placed.ContainerInstanceArn != id || placed.LaunchType != types.LaunchTypeEc2 || *placed.CapacityProviderName != "scaled" || placed.Connectivity != types.ConnectivityConnected {
		t.Errorf("with an instance: %+v", placed)
	}
	_, err := s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: in.Cluster})
	if err == nil {
		t.Error("a cluster with tasks that wait is deleted")
	}
}

// TestRunTaskSplitsByStrategy within a call, with the base first. A provider without room has its
// share of failures, and no other stands in.
func TestRunTaskSplitsByStrategy(t *testing.T) {
	s := newServer(t)
	s.groupProviders(t)
	s.bridge(t, "big", func(in *sdk.RegisterTaskDefinitionInput) { in.Memory = aws.String("900000") })
	fixed := s.instanceOf(t, "fixed")
	s.instanceOf(t, "also")
	for n := range int32(10) {
		want := map[string]int{}
		for i := range n + 1 {
			want[[]string{"fixed", "fixed", "also", "fixed", "also", "also", "also", "fixed", "also", "also"}[i]]++
		}
		got := map[string]int{}
		in := onProviders(n+1, provider("fixed", 1, 2), provider("also", 3, 0))
		in.TaskDefinition = aws.String("web")
		for _, task := range s.run(t, in) {
			got[*task.CapacityProviderName]++
			must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Cluster: in.Cluster, Task: task.TaskArn}))
			s.agentStops(t, *task.TaskArn)
		}
		if !maps.Equal(got, want) {
			t.Errorf("of %d tasks %v, want %v", n+1, got, want)
		}
	}
	in := onProviders(4, provider("fixed", 1, 0), provider("also", 1, 0))
	in.TaskDefinition = aws.String("big")
	out := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in))
	if len(out.Tasks) != 2 || *out.Tasks[0].CapacityProviderName != "also" || *out.Tasks[0].LastStatus != "PROVISIONING" ||
		len(out.Failures) != 2 || *out.Failures[0].Arn != fixed || *out.Failures[0].Reason != "RESOURCE:MEMORY" {
		t.Errorf("too big a task: %+v, %+v", out.Tasks, out.Failures)
	}
}

// TestRefusalsOfCapacityProviders have AWS's words.
func TestRefusalsOfCapacityProviders(t *testing.T) {
	s := newServer(t)
	s.groupProviders(t)
	const mixed = "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again."
	_, err := s.RunTask(ctx, onProviders(1, provider("fixed", 1, 0), provider("FARGATE", 1, 0)))
	refused(t, err, "InvalidParameterException", mixed)
	_, err = s.RunTask(ctx, onProviders(1, provider("fixed", 1, 0)))
	refused(t, err, "InvalidParameterException", "No Container Instances were found in your capacity provider.")
	in := onProviders(1, provider("scaled", 1, 0))
	in.PlatformVersion = aws.String("1.4.0")
	_, err = s.RunTask(ctx, in)
	refused(t, err, "InvalidParameterException", "The platform version must be null when specifying an EC2 launch type.")

	for range 49 {
		s.run(t, onProviders(10, provider("scaled", 1, 0)))
	}
	s.run(t, onProviders(4, provider("also", 1, 0)))
	_, err = s.RunTask(ctx, onProviders(7, provider("also", 1, 0)))
	refused(t, err, "ClientException", "Tasks provisioning capacity limit exceeded.")
	last := s.run(t, onProviders(6, provider("also", 1, 0)))
	if c := s.describeCluster(t, "shop"); c.PendingTasksCount != 500 {
		t.Errorf("%d tasks wait, want 500", c.PendingTasksCount)
	}
	must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Cluster: in.Cluster, Task: last[0].TaskArn}))
	s.run(t, onProviders(1, provider("also", 1, 0)))
}

// TestTheDefaultStrategyMayBeOfGroups: tasks and services that name neither launch type nor strategy
// are on container instances then, with all that these allow.
func TestTheDefaultStrategyMayBeOfGroups(t *testing.T) {
	s := newServer(t)
	s.groupProviders(t)
	s.update(t, func(tx *store.Tx) {
		shop := *state.Clusters.Get(tx, testScope.Cluster("shop"))
		shop.DefaultCapacityProviderStrategy = []ourtypes.CapacityProviderStrategyItem{*ours[ourtypes.CapacityProviderStrategyItem](provider("scaled", 1, 0))}
		state.Clusters.Put(tx, &shop)
	})
	in := onProviders(1)
	in.PlacementStrategy = []types.PlacementStrategy{{Type: types.PlacementStrategyTypeBinpack, Field: aws.String("cpu")}}
	if task := s.run(t, in)[0]; aws.ToString(task.CapacityProviderName) != "scaled" || task.LaunchType != types.LaunchTypeEc2 {
		t.Errorf("%+v", task)
	}
	service := s.create(t, &sdk.CreateServiceInput{
		Cluster: in.Cluster, ServiceName: aws.String("web"), TaskDefinition: in.TaskDefinition, DesiredCount: aws.Int32(1), PlacementStrategy: in.PlacementStrategy,
	})
	if service.LaunchType != "" || len(service.CapacityProviderStrategy) != 1 || *service.CapacityProviderStrategy[0].CapacityProvider != "scaled" || service.PlatformVersion != nil {
		t.Errorf("%+v", service)
	}
	if of := s.create(t, &sdk.CreateServiceInput{
		Cluster: in.Cluster, ServiceName: aws.String("by-launch-type"), TaskDefinition: in.TaskDefinition, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeEc2,
	}); of.LaunchType != types.LaunchTypeEc2 || len(of.CapacityProviderStrategy) > 0 {
		t.Errorf("a launch type goes before the cluster's strategy: %+v", of)
	}
}
