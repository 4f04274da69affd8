package ecs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// createTaskSetRefusals change a request that works.
var createTaskSetRefusals = []struct {
	name, code, message string
	change              func(in *sdk.CreateTaskSetInput)
}{
	{"unknown cluster", "ClusterNotFoundException", "Cluster not found.", func(in *sdk.CreateTaskSetInput) { in.Cluster = aws.String("none") }},
	{"unknown service", "ServiceNotFoundException", "Service not found.", func(in *sdk.CreateTaskSetInput) { in.Service = aws.String("none") }},
	{"service of another cluster", invalid, "Invalid identifier: Identifier is for cluster c. Your cluster is default",
		func(in *sdk.CreateTaskSetInput) { in.Service = aws.String(testScope.Service("c", "web")) }},
	{"service that deploys", invalid, otherController, func(in *sdk.CreateTaskSetInput) { in.Service = aws.String("rolled") }},
	{"no definition", invalid, "taskDefinition can not be empty.", func(in *sdk.CreateTaskSetInput) { in.TaskDefinition = aws.String("") }},
	{"unknown definition", "ClientException", "TaskDefinition not found.", func(in *sdk.CreateTaskSetInput) { in.TaskDefinition = aws.String("none") }},
	{"inactive definition", "ClientException", "TaskDefinition is inactive", func(in *sdk.CreateTaskSetInput) { in.TaskDefinition = aws.String("gone:1") }},
	{"long token", invalid, "idempotency token longer than 36.", func(in *sdk.CreateTaskSetInput) { in.ClientToken = aws.String(strings.Repeat("a", 37)) }},
	{"negative scale", invalid, badScale, scaled(-1)},
	{"scale above 100", invalid, badScale, scaled(100.5)},
	{"two kinds of capacity", invalid, "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
		func(in *sdk.CreateTaskSetInput) { in.CapacityProviderStrategy = strategy(provider("FARGATE", 1, 0)) }},
	{"launch type", invalid, "launch type should be one of [EC2,FARGATE,EXTERNAL]", func(in *sdk.CreateTaskSetInput) { in.LaunchType = "X" }},
	{"no network", invalid, "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
		func(in *sdk.CreateTaskSetInput) { in.NetworkConfiguration = nil }},
	{"network for bridge", invalid, "Network Configuration is not valid for the given networkMode of this task definition.",
		func(in *sdk.CreateTaskSetInput) { in.TaskDefinition, in.LaunchType = aws.String("bridge"), "EC2" }},
	{"platform of EC2", invalid, "The platform version must be null when specifying an EC2 launch type.", func(in *sdk.CreateTaskSetInput) {
		in.TaskDefinition, in.LaunchType, in.NetworkConfiguration, in.PlatformVersion = aws.String("bridge"), "EC2", nil, aws.String("LATEST")
	}},
	{"unknown platform", "PlatformUnknownException", "The platform version is unknown.", func(in *sdk.CreateTaskSetInput) { in.PlatformVersion = aws.String("9") }},
	{"unknown target group", invalid, "The container other does not exist in the task definition.", func(in *sdk.CreateTaskSetInput) {
		in.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: aws.String("a"), ContainerName: aws.String("other")}}
	}},
	{"two target groups", invalid, "load balancers can have at most 1 items.",
		func(in *sdk.CreateTaskSetInput) {
			in.LoadBalancers = []types.LoadBalancer{targetGroup("a"), targetGroup("b")}
		}},
	{"shift of traffic", invalid, "loadBalancers.advancedConfiguration is only supported with the ECS deployment controller.", func(in *sdk.CreateTaskSetInput) {
		in.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: aws.String("a"), AdvancedConfiguration: &types.AdvancedConfiguration{}}}
	}},
	{"classic load balancer", invalid, "ecs-emulator does not support loadBalancers[0].loadBalancerName" + unsupportedTail, func(in *sdk.CreateTaskSetInput) {
		in.TaskDefinition, in.LaunchType, in.NetworkConfiguration = aws.String("bridge"), "EC2", nil
		in.LoadBalancers = []types.LoadBalancer{classicLoadBalancer}
	}},
	{"two registries", invalid, "service registries can have at most 1 items.",
		func(in *sdk.CreateTaskSetInput) { in.ServiceRegistries = make([]types.ServiceRegistry, 2) }},
	{"registry", invalid, "The format of the supplied service registry ARN is invalid: a",
		func(in *sdk.CreateTaskSetInput) {
			in.ServiceRegistries = []types.ServiceRegistry{{RegistryArn: aws.String("a")}}
		}},
	{"tag", invalid, "Tag key must not start with aws:", func(in *sdk.CreateTaskSetInput) { in.Tags = tag("aws:a", "b") }},
	{"exec without role", invalid, "The task set couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
		func(in *sdk.CreateTaskSetInput) { in.Service = aws.String("exec") }},
	{"placement on Fargate", invalid, "Placement strategies are not supported with FARGATE launch type.", func(in *sdk.CreateTaskSetInput) { in.Service = aws.String("placed") }},
}

const (
	otherController = "Amazon ECS only supports task set management on services configured to use external deployment controllers." // ECS0332
	badScale        = "scale value should be between 0 and 100"
	badIdentifier   = "Task Set Identifier is invalid" // ECS0332
)

func scaled(percent float64) func(*sdk.CreateTaskSetInput) {
	return func(in *sdk.CreateTaskSetInput) { in.Scale = &types.Scale{Unit: "PERCENT", Value: percent} }
}

func TestCreateTaskSetRefusals(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	s.create(t, externalInput("web"))
	s.create(t, serviceInput("rolled", "web"))
	exec, placed := externalInput("exec"), externalInput("placed")
	exec.EnableExecuteCommand = true
	placed.PlacementStrategy = []types.PlacementStrategy{{Type: "random"}}
	s.create(t, exec)
	s.create(t, placed)
	for _, c := range createTaskSetRefusals {
		t.Run(c.name, func(t *testing.T) {
			in := setInput("web", "web")
			c.change(in)
			_, err := s.CreateTaskSet(ctx, in)
			refused(t, err, c.code, c.message)
		})
	}
	for _, name := range []string{"web", "exec", "placed"} {
		if sets := taskset.Of(s.store.Read(), testScope.Service("default", name)); len(sets) != 0 {
			t.Errorf("refused requests made %d task sets of %s", len(sets), name)
		}
	}
}

// TestScalesThatAreNone: of a type that no SDK sends, as another number than 0 to 100, and in another unit.
func TestScalesThatAreNone(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, externalInput("web"))
	set := s.createSet(t, setInput("web", "web"))
	for scale, want := range map[string]string{
		`{"value":"NaN","unit":"PERCENT"}`: badScale, `{"value":"Infinity","unit":"PERCENT"}`: badScale, `{"value":-0.1,"unit":"PERCENT"}`: badScale,
		`{"value":101}`: badScale, `{"value":1,"unit":"TASKS"}`: "unit should be one of [PERCENT]",
	} {
		status, answer := s.send(t, "UpdateTaskSet", `{"cluster":"default","service":"web","taskSet":"`+*set.Id+`","scale":`+scale+`}`)
		if status != 400 || !strings.Contains(answer, `"InvalidParameterException"`) || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s", scale, status, answer)
		}
	}
	if status, answer := s.send(t, "UpdateTaskSet", `{"cluster":"default","service":"web","taskSet":"`+*set.Id+`"}`); status != 400 {
		t.Errorf("without a scale: %d %s", status, answer)
	}
}

// TestReferencesToTaskSets: none of another service or cluster is taken for one of this one, nor anything else (ECS0332).
func TestReferencesToTaskSets(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	for _, name := range []string{"web", "api"} {
		s.create(t, externalInput(name))
	}
	s.create(t, serviceInput("rolled", "web"))
	other := s.createSet(t, setInput("api", "web"))
	for ref, want := range map[string][2]string{
		*other.Id:         {"TaskSetNotFoundException", "TaskSet not found."},
		*other.TaskSetArn: {"TaskSetNotFoundException", "TaskSet not found."},
		testScope.Task("default", strings.Repeat("a", 32)):                 {invalid, badIdentifier},
		testScope.TaskSet("c", "web", *other.Id):                           {invalid, "Invalid identifier: Identifier is for cluster c. Your cluster is default"},
		strings.Replace(*other.TaskSetArn, testRegion, "us-east-1", 1):     {invalid, badIdentifier},
		strings.Replace(*other.TaskSetArn, testAccount, "210987654321", 1): {invalid, badIdentifier},
		testScope.Prefix() + "task-set/default/web":                        {invalid, badIdentifier},
		"arn:": {invalid, badIdentifier}, "ecs-svc/": {invalid, badIdentifier}, "1/../2": {invalid, badIdentifier}, strings.Repeat("9", 5000): {invalid, badIdentifier},
	} {
		_, err := s.scale("web", &ref, 1)
		refused(t, err, want[0], want[1])
		_, err = s.promote("web", &ref)
		refused(t, err, want[0], want[1])
		_, err = s.deleteSet("web", &ref, true)
		refused(t, err, want[0], want[1])
	}
	describe := func(service string, sets ...string) error {
		_, err := s.DescribeTaskSets(ctx, &sdk.DescribeTaskSetsInput{Cluster: inDefault, Service: &service, TaskSets: sets})
		return err
	}
	refused(t, describe("web"), invalid, "TaskSets cannot be empty.") // ECS0332
	refused(t, describe("web", "x"), invalid, badIdentifier)
	refused(t, describe("none", "x"), "ServiceNotFoundException", "Service not found.")
	refused(t, describe("rolled", *other.Id), invalid, otherController)
	_, err := s.scale("rolled", other.Id, 1)
	refused(t, err, invalid, otherController)
	s.update(t, func(tx *store.Tx) {
		if taskset.Find(tx, *other.TaskSetArn).Scale != 0 {
			t.Error("a refused request scaled a task set of another service")
		}
	})
}
