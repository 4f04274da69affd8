package ecs_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestATaskOnAContainerInstanceShowsWhereItIs compares members with those of field reports.
func TestATaskOnAContainerInstanceShowsWhereItIs(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, &sdk.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeBridge,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("nginx"), Cpu: 256, Memory: aws.Int32(512), MemoryReservation: aws.Int32(128),
			ResourceRequirements: []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String("1")}},
			PortMappings:         []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}},
		}},
	}))
	instance := s.registerInstance(t, nil).ContainerInstanceArn
	task := s.placeTask(t, instance, func(task *state.Task) {
		task.Placement.GPUs = []string{"gpu-1"}
		task.Status.ConnectivityAt = task.Spec.CreatedAt
	})
	describe := func() types.Task {
		t.Helper()
		out := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{task.ARN}}))
		return out.Tasks[0]
	}
	shown := describe()
	if *shown.ContainerInstanceArn != *instance || shown.LaunchType != types.LaunchTypeEc2 || *shown.LastStatus != "PENDING" ||
		shown.Attachments == nil || len(shown.Attachments) != 0 || *shown.AvailabilityZone != "eu-west-1b" || *shown.Cpu != "256" || *shown.Memory != "512" ||
		shown.PlatformVersion != nil || shown.PlatformFamily != nil || shown.EphemeralStorage != nil || shown.FargateEphemeralStorage != nil {
		t.Errorf("PENDING: %+v", shown)
	}
	c := shown.Containers[0]
	if c.NetworkBindings == nil || len(c.NetworkBindings) != 0 || *c.Memory != "512" || *c.MemoryReservation != "128" || !slices.Equal(c.GpuIds, []string{"gpu-1"}) {
		t.Errorf("its container: %+v", c)
	}

	s.update(t, func(tx *store.Tx) {
		running := task.Status.Clone()
		running.LastStatus, running.StartedAt = state.Running, time.Now()
		running.Containers[0].Phase = state.ContainerRunning
		running.Containers[0].Bindings = []state.Binding{
			{ContainerPort: 80, HostPort: 8080, Protocol: ourtypes.TransportProtocolTcp},
			{ContainerPort: 8000, HostPort: 32768, More: 9, Protocol: ourtypes.TransportProtocolUdp},
		}
		if err := state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: running, Announced: true, At: time.Now()}); err != nil {
			t.Error(err)
		}
	})
	if b := describe().Containers[0].NetworkBindings; len(b) != 2 || *b[0].BindIP != "0.0.0.0" || *b[0].ContainerPort != 80 || *b[0].HostPort != 8080 || b[0].Protocol != "tcp" ||
		*b[1].BindIP != "0.0.0.0" || *b[1].ContainerPortRange != "8000-8009" || *b[1].HostPortRange != "32768-32777" || b[1].ContainerPort != nil || b[1].HostPort != nil || b[1].Protocol != "udp" {
		t.Errorf("bindings: %+v", b)
	}

	// The answer of StopTask shows health, unlike that of a task on Fargate.
	answer := s.post(t, "StopTask", `{"cluster":"shop","task":"`+task.ARN+`"}`)
	var stopped struct{ Task map[string]any }
	if err := json.Unmarshal([]byte(answer), &stopped); err != nil || stopped.Task["healthStatus"] != "UNKNOWN" {
		t.Errorf("StopTask: %v, %s", err, answer)
	}

	events, _, _ := outbox.Since(s.store, 0)
	events = slices.DeleteFunc(events, func(e outbox.Event) bool { return outbox.As[state.Task](e) == nil })
	var event struct{ Detail map[string]any }
	if err := json.Unmarshal(ecs.StateChange(s.store.Read(), events[len(events)-1]), &event); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"attachments", "attributes", "availabilityZone", "clusterArn", "connectivity", "connectivityAt", "containerInstanceArn", "containers",
		"cpu", "createdAt", "desiredStatus", "enableExecuteCommand", "group", "healthStatus", "lastStatus", "launchType", "memory", "overrides",
		"startedAt", "stopCode", "stoppedReason", "stoppingAt", "taskArn", "taskDefinitionArn", "updatedAt", "version",
	}
	if got := slices.Sorted(maps.Keys(event.Detail)); !slices.Equal(got, want) {
		t.Errorf("members of the event\n%v, want\n%v", got, want)
	}
	container := event.Detail["containers"].([]any)[0].(map[string]any)
	want = []string{
		"containerArn", "cpu", "gpuIds", "healthStatus", "image", "lastStatus", "memory", "memoryReservation", "name",
		"networkBindings", "networkInterfaces", "taskArn",
	}
	if got := slices.Sorted(maps.Keys(container)); !slices.Equal(got, want) {
		t.Errorf("members of a container\n%v, want\n%v", got, want)
	}
	if bindings := container["networkBindings"].([]any); len(bindings) != 1 || bindings[0].(map[string]any)["containerPort"] != 80. {
		t.Errorf("bindings in the event, where ranges are none: %v", bindings)
	}
}

// TestListsTellLaunchTypesApart has one task of each.
func TestListsTellLaunchTypesApart(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, nil).ContainerInstanceArn
	for _, launchType := range types.LaunchType("").Values() {
		task := s.placeTask(t, instance, func(task *state.Task) { task.Spec.LaunchType = ourtypes.LaunchType(launchType) })
		listed := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{Cluster: aws.String("shop"), LaunchType: launchType}))
		if !slices.Equal(listed.TaskArns, []string{task.ARN}) {
			t.Errorf("%s: %v", launchType, listed.TaskArns)
		}
	}
	counted := s.describeCluster(t, "shop", types.ClusterFieldStatistics)
	for _, name := range []string{"pendingEC2TasksCount", "pendingFargateTasksCount", "pendingExternalTasksCount", "pendingManagedInstancesTasksCount"} {
		at := slices.IndexFunc(counted.Statistics, func(p types.KeyValuePair) bool { return *p.Name == name })
		if *counted.Statistics[at].Value != "1" {
			t.Errorf("%s: %s", name, *counted.Statistics[at].Value)
		}
	}
	if counted.PendingTasksCount != 4 {
		t.Errorf("pendingTasksCount %d", counted.PendingTasksCount)
	}
}
