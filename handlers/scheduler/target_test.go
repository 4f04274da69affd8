package scheduler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
)

func at(targetARN string) *types.Target {
	return &types.Target{Arn: &targetARN, RoleArn: aws.String(role)}
}

// ecsTarget runs tasks on Fargate.
func ecsTarget() *types.Target {
	t := at("arn:aws:ecs:us-east-1:123456789012:cluster/c")
	t.EcsParameters = &types.EcsParameters{
		TaskDefinitionArn: aws.String("arn:aws:ecs:us-east-1:123456789012:task-definition/job"), LaunchType: types.LaunchTypeFargate, TaskCount: aws.Int32(2),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Base: 1, Weight: 2}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}, AssignPublicIp: types.AssignPublicIpEnabled,
		}},
		PlacementConstraints: []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("e")}},
		PlacementStrategy:    []types.PlacementStrategy{{Type: types.PlacementStrategyTypeSpread, Field: aws.String("f")}},
		Tags:                 []map[string]string{{"key": "a", "value": "b"}},
	}
	return t
}

func with(t *types.Target, change func(*types.Target)) *types.Target {
	change(t)
	return t
}

func universal(call, input string) *types.Target {
	t := at("arn:aws:scheduler:::aws-sdk:" + call)
	if input != "" {
		t.Input = &input
	}
	return t
}

func overriding(input string) *types.Target {
	return with(ecsTarget(), func(t *types.Target) { t.Input = &input })
}

func TestTargets(t *testing.T) {
	s := newScene(t)
	for i, target := range []*types.Target{
		ecsTarget(), overriding("{}"), overriding(`{"containerOverrides": [{"name": "app", "command": ["<aws.scheduler.execution-id>"]}]}`),
		with(at("arn:aws:events:us-east-1:123456789012:event-bus/default"), func(t *types.Target) {
			t.EventBridgeParameters, t.Input = &types.EventBridgeParameters{DetailType: aws.String("d"), Source: aws.String("shop.night")}, aws.String(`{}`)
		}),
		at(queue), with(at(queue), func(t *types.Target) { t.Input = aws.String("no JSON") }),
		with(at(queue+".fifo"), func(t *types.Target) { t.SqsParameters = &types.SqsParameters{MessageGroupId: aws.String("g")} }),
		at("arn:aws:sns:us-east-1:123456789012:topic"),
		at("arn:aws:lambda:us-east-1:123456789012:function:f:prod"),
		at("arn:aws:states:us-east-1:123456789012:stateMachine:m"),
		universal("ecs:runTask", `{"TaskDefinition":"job"}`), universal("ecs:stopTask", `{"Task":"t"}`), universal("ecs:updateService", `{"Service":"s","DesiredCount":0}`),
		with(at(queue), func(t *types.Target) {
			t.DeadLetterConfig = &types.DeadLetterConfig{Arn: aws.String("arn:aws:sqs:us-east-1:123456789012:letters")}
		}),
	} {
		in := nightly(fmt.Sprint("job-", i))
		in.Target = target
		apitest.OK(t, s.CreateSchedule, in)
		got := apitest.OK(t, s.GetSchedule, &sdk.GetScheduleInput{Name: in.Name}).Target
		if *got.Arn != *target.Arn || aws.ToString(got.Input) != aws.ToString(target.Input) || (got.EcsParameters == nil) != (target.EcsParameters == nil) {
			t.Errorf("%+v, want %+v", got, target)
		}
	}
}

const noOverride = "Unable to convert target input to TaskOverride, JSON syntax error in input: [Source: (String)"

func TestRefusedTargets(t *testing.T) {
	s := newScene(t)
	bus := func(source string) *types.Target {
		return with(at("arn:aws:events:us-east-1:123456789012:event-bus/default"), func(t *types.Target) {
			t.EventBridgeParameters = &types.EventBridgeParameters{DetailType: aws.String("d"), Source: &source}
		})
	}
	for _, test := range []struct {
		target *types.Target
		text   string
	}{
		{at("bad"), "Parameter bad is not valid. Reason: Provided Arn is not in correct format."},
		{at("arn:aws:ecs:us-east-1:123456789012:task/c/t"), "Parameter arn:aws:ecs:us-east-1:123456789012:task/c/t is not valid. Reason: Provided Arn is not in correct format."},
		{at("arn:aws:rds:us-east-1:123456789012:db:d"), "rds is not a supported service for a target."},
		{at("arn:aws:sqs:eu-west-1:123456789012:q"), "The target ARN provided does not match the current region us-east-1."},

		{with(ecsTarget(), func(t *types.Target) { t.EcsParameters = nil }), "Parameters EcsParameters must be specified."},
		{with(ecsTarget(), func(t *types.Target) { t.EcsParameters.NetworkConfiguration = nil }),
			"Parameter NetworkConfiguration must be specified for the target when launch type is FARGATE."},
		{with(ecsTarget(), func(t *types.Target) { t.EcsParameters.TaskDefinitionArn = aws.String("bad") }), "Parameters TaskDefinitionArn not valid for the target."},
		{with(ecsTarget(), func(t *types.Target) { t.EcsParameters.TaskCount = aws.Int32(11) }),
			"1 validation error detected: Value '11' at 'target.ecsParameters.taskCount' failed to satisfy constraint: Member must have value less than or equal to 10"},
		{with(ecsTarget(), func(t *types.Target) { t.EcsParameters.LaunchType = "BAD" }),
			"1 validation error detected: Value 'BAD' at 'target.ecsParameters.launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, FARGATE, EXTERNAL]"},
		{with(ecsTarget(), func(t *types.Target) { t.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{} }),
			"1 validation error detected: Value '[]' at 'target.ecsParameters.networkConfiguration.awsvpcConfiguration.subnets' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{with(ecsTarget(), func(t *types.Target) { t.Input = aws.String("{") }), "JSON syntax error in input for the target."},
		{overriding(`{"VAR1": "string"}`), noOverride + `"{"VAR1": "string"}"; line: 1, column: 11]`}, // as boto3 issue 4370 has it
		{overriding(`{"containerOverrides": [{"name": "app", "env": []}]}`), noOverride + `"{"containerOverrides": [{"name": "app", "env": []}]}"; line: 1, column: 49]`},
		{overriding(`{"containerOverrides": {"name": "app"}}`), noOverride + `"{"containerOverrides": {"name": "app"}}"; line: 1, column: 24]`},
		{overriding(`["x"]`), noOverride + `"["x"]"; line: 1, column: 1]`},
		{with(at(queue), func(t *types.Target) { t.EcsParameters = ecsTarget().EcsParameters }), "Parameters EcsParameters not supported for the target."},

		{at("arn:aws:events:us-east-1:123456789012:event-bus/default"), "Parameters EventBridgeParameters must be specified."},
		{bus("aws.ecs"), "1 validation error detected: Value 'aws.ecs' at 'target.eventBridgeParameters.source' failed to satisfy constraint: " +
			`Member must satisfy regular expression pattern: ^(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$`},
		{at(queue + ".fifo"), "Parameters SqsParameters must be specified."},
		{with(at(queue), func(t *types.Target) { t.SqsParameters = &types.SqsParameters{MessageGroupId: aws.String("g")} }), "Parameters MessageGroupId not valid for the target."},

		{universal("ecs:runTask", ""), "You must provide an input to set this target for your schedule."},
		{universal("ecs:describeTasks", "{}"), "describeTasks API is not supported."},
		{universal("sqs:getQueueUrl", "{}"), "getQueueUrl API is not supported."},
		{universal("ecs:listTasks", "{}"), "listTasks API is not supported."},
		{universal("ecs:runTask", `{"taskDefinition":"job"}`), "Invalid RequestJson provided. Reason Request payload is missing the following field(s): TaskDefinition."},
		{universal("ecs:runTask", `[]`), "Invalid RequestJson provided. Reason Request payload is not a JSON object."},
		{at("arn:aws:scheduler:us-east-1:123456789012:aws-sdk:ecs:runTask"), "scheduler is not a supported service for a target."},
		{universal("ecs", "{}"), "Parameter arn:aws:scheduler:::aws-sdk:ecs is not valid. Reason: Provided Arn is not in correct format."},
	} {
		in := nightly("refused")
		in.Target = test.target
		apitest.Refused(t, s.CreateSchedule, in, "ValidationException", test.text)
	}
}

func TestUpdateToAnInputThatIsNoOverride(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateSchedule, nightly("a"))
	update := sdk.UpdateScheduleInput(*nightly("a"))
	update.Target = overriding(`{"command": ["x"]}`)
	apitest.Refused(t, s.UpdateSchedule, &update, "ValidationException", noOverride+`"{"command": ["x"]}"; line: 1, column: 14]`)
}

// A target that nothing here can call is refused when it is made one.
func TestTargetsWithoutAWay(t *testing.T) {
	s := newScene(t, func(o *scheduler.Options) {
		o.Way = func(targetARN string) error {
			if strings.Contains(targetARN, ":kinesis:") {
				return fmt.Errorf("no way to %s", targetARN)
			}
			return nil
		}
	})
	in := nightly("a")
	in.Target = at("arn:aws:kinesis:us-east-1:123456789012:stream/s")
	apitest.Refused(t, s.CreateSchedule, in, "NotImplementedException", "no way to arn:aws:kinesis:us-east-1:123456789012:stream/s.")
	apitest.OK(t, s.CreateSchedule, nightly("a"))
	update := sdk.UpdateScheduleInput(*in)
	apitest.Refused(t, s.UpdateSchedule, &update, "NotImplementedException", "no way to arn:aws:kinesis:us-east-1:123456789012:stream/s.")
}
