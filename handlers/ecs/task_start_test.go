package ecs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// bridge registers a definition for container instances, with 512 CPU units and 256 MiB.
func (s *server) bridge(t testing.TB, family string, change ...func(*sdk.RegisterTaskDefinitionInput)) {
	t.Helper()
	in := &sdk.RegisterTaskDefinitionInput{Family: &family, ContainerDefinitions: []types.ContainerDefinition{
		{Name: aws.String("app"), Image: aws.String("nginx"), Cpu: 512, Memory: aws.Int32(256)},
	}}
	for _, c := range change {
		c(in)
	}
	must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, in))
}

// hostPort gives the container of a definition a port of the instance.
func hostPort(port int32) func(*sdk.RegisterTaskDefinitionInput) {
	return func(in *sdk.RegisterTaskDefinitionInput) {
		in.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: &port}}
	}
}

// inZone registers an instance of a type in a zone.
func inZone(zone, instanceType, id string) func(*sdk.RegisterContainerInstanceInput) {
	return func(in *sdk.RegisterContainerInstanceInput) {
		in.InstanceIdentityDocument = aws.String(strings.NewReplacer("eu-west-1b", zone, "m7g.large", instanceType, "i-0123456789abcdef0", id).Replace(document))
	}
}

func (s *server) placement(t testing.TB, task types.Task) *state.Placement {
	t.Helper()
	return state.FindTask(s.store.Read(), *task.TaskArn).Placement
}

func reasons(failures []types.Failure) (list []string) {
	for _, f := range failures {
		list = append(list, aws.ToString(f.Reason))
	}
	return list
}

// TestRunTaskFillsAContainerInstance: three of six tasks have room, which is success in
// part; each of the others is a failure.
func TestRunTaskFillsAContainerInstance(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.bridge(t, "web")
	instance := s.registerInstance(t, nil)
	in := &sdk.RunTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), Count: aws.Int32(6), ClientToken: aws.String("once"),
		Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("app"), Cpu: aws.Int32(600)}}},
	}
	request := *in
	out := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, &request))
	if len(out.Tasks) != 3 || !slices.Equal(reasons(out.Failures), []string{"RESOURCE:CPU", "RESOURCE:CPU", "RESOURCE:CPU"}) ||
		*out.Failures[0].Arn != *instance.ContainerInstanceArn {
		t.Fatalf("%d tasks, failures %v", len(out.Tasks), reasons(out.Failures))
	}
	task := out.Tasks[0]
	if *task.LastStatus != "PENDING" || task.LaunchType != types.LaunchTypeEc2 || task.PlatformVersion != nil ||
		*task.AvailabilityZone != "eu-west-1b" || len(task.Attachments) != 0 || *task.Cpu != "600" {
		t.Errorf("task %+v", task)
	}
	if left := s.describeInstance(t, instance.ContainerInstanceArn); integer(left.RemainingResources, "CPU") != 2048-3*600 || left.PendingTasksCount != 3 {
		t.Errorf("remaining %v, %d tasks are pending", left.RemainingResources, left.PendingTasksCount)
	}
	request = *in
	if again := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, &request)); len(again.Tasks) != 3 || len(again.Failures) != 0 {
		t.Errorf("repeated: %d tasks, failures %v", len(again.Tasks), reasons(again.Failures))
	}
	in.ClientToken = aws.String("later")
	request = *in
	if none := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, &request)); len(none.Tasks) != 0 || len(none.Failures) != 6 {
		t.Errorf("on a full cluster: %d tasks, failures %v", len(none.Tasks), reasons(none.Failures))
	}
	s.agentStops(t, *task.TaskArn)
	if again := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in)); len(again.Tasks) != 1 {
		t.Errorf("with the token that placed nothing: %d tasks", len(again.Tasks))
	}
}

// TestRunTaskFollowsStrategiesAndConstraints over six instances in three zones.
func TestRunTaskFollowsStrategiesAndConstraints(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.bridge(t, "web", hostPort(80))
	zoneOf := map[string]string{}
	for i, zone := range []string{"eu-west-1a", "eu-west-1a", "eu-west-1b", "eu-west-1b", "eu-west-1c", "eu-west-1c"} {
		instance := s.registerInstance(t, inZone(zone, []string{"m5.large", "c5.large"}[i%2], "i-"+strings.Repeat(string(rune('0'+i)), 17)))
		zoneOf[*instance.ContainerInstanceArn] = zone
	}
	run := func(count int32, change func(in *sdk.RunTaskInput)) *sdk.RunTaskOutput {
		t.Helper()
		in := &sdk.RunTaskInput{Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), Count: &count}
		change(in)
		return must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in))
	}
	spread := run(3, func(in *sdk.RunTaskInput) {
		in.PlacementStrategy = []types.PlacementStrategy{{Type: "spread", Field: aws.String("attribute:ecs.availability-zone")}}
		in.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:ecs.instance-type =~ m5.*")}}
	})
	zones := map[string]bool{}
	for _, task := range spread.Tasks {
		zones[zoneOf[s.placement(t, task).ContainerInstance]] = true
	}
	if len(zones) != 3 {
		t.Errorf("spread over %v, failures %v", zones, reasons(spread.Failures))
	}
	// Port 80 of each m5 is taken, so the next three go to the others.
	if more := run(4, func(*sdk.RunTaskInput) {}); len(more.Tasks) != 3 || len(more.Failures) != 6 || *more.Failures[0].Reason != "RESOURCE:PORTS" {
		t.Errorf("%d tasks, failures %v", len(more.Tasks), reasons(more.Failures))
	}
	distinct := run(7, func(in *sdk.RunTaskInput) {
		s.bridge(t, "small")
		in.TaskDefinition, in.Group = aws.String("small"), aws.String("batch")
		in.PlacementConstraints = []types.PlacementConstraint{{Type: "distinctInstance"}}
	})
	if len(distinct.Tasks) != 6 || len(distinct.Failures) != 6 || *distinct.Failures[0].Reason != "DistinctInstance placement constraint unsatisfied." {
		t.Errorf("%d tasks, failures %v", len(distinct.Tasks), reasons(distinct.Failures))
	}
}

// TestExternalInstancesTakeExternalTasks alone, and the others those of EC2.
func TestExternalInstancesTakeExternalTasks(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.bridge(t, "web")
	s.registerInstance(t, inZone("eu-west-1b", "m7g.large", "mi-0123456789abcdef0"))
	in := &sdk.RunTaskInput{Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeExternal}
	if task := s.run(t, in)[0]; task.LaunchType != types.LaunchTypeExternal {
		t.Errorf("launch type %s", task.LaunchType)
	}
	in.LaunchType = types.LaunchTypeEc2
	_, err := s.RunTask(ctx, in)
	refused(t, err, invalid, "No Container Instances were found in your cluster.")
}

// TestStartTaskPlacesWhereItIsTold: a scheduler of its own names instances, of which some
// cannot take the task.
func TestStartTaskPlacesWhereItIsTold(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.bridge(t, "web", hostPort(8080))
	first, second := s.registerInstance(t, inZone("eu-west-1a", "m5.large", "i-1")), s.registerInstance(t, inZone("eu-west-1b", "m5.large", "i-2"))
	gone := s.registerInstance(t, inZone("eu-west-1c", "m5.large", "i-3"))
	must[*sdk.DeregisterContainerInstanceOutput](t)(s.DeregisterContainerInstance(ctx, &sdk.DeregisterContainerInstanceInput{
		Cluster: aws.String("shop"), ContainerInstance: gone.ContainerInstanceArn,
	}))
	nowhere := testScope.ContainerInstance("shop", strings.Repeat("f", 32))
	in := &sdk.StartTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), Group: aws.String("mine"), StartedBy: aws.String("me"), Tags: tag("team", "shop"),
		ContainerInstances: []string{arn.Name(*first.ContainerInstanceArn), *second.ContainerInstanceArn, *second.ContainerInstanceArn, *gone.ContainerInstanceArn, nowhere},
	}
	out := must[*sdk.StartTaskOutput](t)(s.StartTask(ctx, in))
	if len(out.Tasks) != 2 || !slices.Equal(reasons(out.Failures), []string{"RESOURCE:PORTS", "INACTIVE", "MISSING"}) || *out.Failures[2].Arn != nowhere {
		t.Fatalf("%d tasks, failures %v", len(out.Tasks), reasons(out.Failures))
	}
	for i, want := range []*types.ContainerInstance{first, second} {
		task := out.Tasks[i]
		if at := s.placement(t, task); at.ContainerInstance != *want.ContainerInstanceArn || !at.ByHand {
			t.Errorf("task %d is placed on %+v", i, at)
		}
		if *task.Group != "mine" || *task.StartedBy != "me" || len(task.Tags) != 1 || *task.LastStatus != "PENDING" {
			t.Errorf("task %+v", task)
		}
	}
}

func TestStartTaskRefusals(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.definitionsForRefusals(t)
	instance := s.registerInstance(t, nil)
	for _, c := range []struct {
		name, code, message string
		change              func(in *sdk.StartTaskInput)
	}{
		{"unknown definition before instances", "ClientException", "TaskDefinition not found.",
			func(in *sdk.StartTaskInput) {
				in.TaskDefinition, in.ContainerInstances = aws.String("none"), []string{"x"}
			}},
		{"no instances", invalid, "Container instance cannot be empty.", func(in *sdk.StartTaskInput) { in.ContainerInstances = []string{} }},
		{"11 instances", invalid, "instanceIds can have at most 10 items.",
			func(in *sdk.StartTaskInput) { in.ContainerInstances = slices.Repeat(in.ContainerInstances, 11) }},
		{"no id", invalid, "instanceId length should be one of [32,36]", func(in *sdk.StartTaskInput) { in.ContainerInstances = []string{"x"} }},
		{"no network", invalid, "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
			func(in *sdk.StartTaskInput) { in.TaskDefinition = aws.String("both") }},
		{"group of a service", invalid, "Invalid namespace for group", func(in *sdk.StartTaskInput) { in.Group = aws.String("service:web") }},
		{"volumes", invalid, "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
			func(in *sdk.StartTaskInput) {
				in.VolumeConfigurations = []types.TaskVolumeConfiguration{{Name: aws.String("v")}}
			}},
		{"all GPUs", invalid, "ecs-emulator does not support overrides.containerOverrides[0].resourceRequirements[0].value ALL" + unsupportedTail,
			func(in *sdk.StartTaskInput) {
				in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
					Name: aws.String("app"), ResourceRequirements: []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String("ALL")}},
				}}}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &sdk.StartTaskInput{Cluster: aws.String("shop"), TaskDefinition: aws.String("bridge"), ContainerInstances: []string{*instance.ContainerInstanceArn}}
			c.change(in)
			_, err := s.StartTask(ctx, in)
			refused(t, err, c.code, c.message)
		})
	}
	if tasks := state.AllTasks(s.store.Read()); len(tasks) != 0 {
		t.Errorf("refused requests made %d tasks", len(tasks))
	}
}
