package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
)

func runOnEngine(engine string) *sdk.RunTaskInput {
	in := runInput("web")
	in.Tags = []types.Tag{{Key: aws.String(engineroom.Tag), Value: &engine}}
	return in
}

func engineShown(task types.Task) string {
	for _, a := range task.Attributes {
		if *a.Name == "ecs-emulator.engine" {
			return *a.Value
		}
	}
	return ""
}

// TestTasksAreOnEngines each on that which its tag names, or on the one with most to spare, which is an attribute of the task.
func TestTasksAreOnEngines(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.engines.Engines = func() []engineroom.Engine {
		return []engineroom.Engine{
			{Name: "a", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192}, {Name: "b", Ready: true, Architecture: "x86_64", CPU: 4096, Memory: 8192},
			{Name: "away", Architecture: "x86_64"},
		}
	}
	in := runInput("web")
	in.Count = aws.Int32(4)
	count := map[string]int{}
	for _, task := range s.run(t, in) {
		count[engineShown(task)]++
	}
	if count["a"] != 2 || count["b"] != 2 {
		t.Errorf("of four tasks %v are on the engines", count)
	}
	for range 3 {
		task := s.run(t, runOnEngine("b"))[0]
		described := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Tasks: []string{*task.TaskArn}})).Tasks[0]
		if engineShown(task) != "b" || engineShown(described) != "b" {
			t.Errorf("a task whose tag names b is on %q, later on %q", engineShown(task), engineShown(described))
		}
	}
	waits := s.run(t, runOnEngine("away"))[0]
	if *waits.LastStatus != "PROVISIONING" || engineShown(waits) != "" || *waits.AvailabilityZone == "" {
		t.Errorf("a task waits for its engine as %+v", waits)
	}
	_, err := s.RunTask(ctx, runOnEngine("x"))
	refused(t, err, "InvalidParameterException", "ecs-emulator: there is no engine x among a, b and away.")

	inherits := runInput("web")
	s.tag(t, *must[*sdk.DescribeTaskDefinitionOutput](t)(s.DescribeTaskDefinition(ctx, &sdk.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")})).TaskDefinition.TaskDefinitionArn, "a")
	inherits.PropagateTags = types.PropagateTagsTaskDefinition
	if got := engineShown(s.run(t, inherits)[0]); got != "a" {
		t.Errorf("a task that has the tag of its definition is on %q", got)
	}
	s.engines.Engines = nil
	if task := s.run(t, runOnEngine("x"))[0]; engineShown(task) != "" || len(task.Attributes) != 1 {
		t.Errorf("with one engine without a name, the task has %+v", task.Attributes)
	}
}

func (s *server) tag(t *testing.T, arn, engine string) {
	t.Helper()
	must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{{Key: aws.String(engineroom.Tag), Value: &engine}}}))
}

// TestAttributeOfTheEngineIsNotForUsers to put: placement asks it.
func TestAttributeOfTheEngineIsNotForUsers(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, func(*sdk.RegisterContainerInstanceInput) {})
	_, err := s.PutAttributes(ctx, &sdk.PutAttributesInput{Cluster: aws.String("shop"), Attributes: []types.Attribute{
		{Name: aws.String("ecs-emulator.engine"), Value: aws.String("b"), TargetId: instance.ContainerInstanceArn},
	}})
	refused(t, err, "InvalidParameterException", "Attribute name is reserved: ecs-emulator.engine")
}
