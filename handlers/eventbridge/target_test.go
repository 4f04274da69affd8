package eventbridge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func TestTargetsAreReplaced(t *testing.T) {
	s := newScene(t)
	s.putRule("r")
	put := ecsTarget()
	answer := apitest.OK(t, s.PutTargets, &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{put}})
	if answer.FailedEntryCount != 0 || answer.FailedEntries == nil {
		t.Errorf("answers %+v", answer)
	}
	list := func() types.Target {
		t.Helper()
		targets := apitest.OK(t, s.ListTargetsByRule, &sdk.ListTargetsByRuleInput{Rule: text("r")}).Targets
		if len(targets) != 1 {
			t.Fatalf("targets %+v", targets)
		}
		return targets[0]
	}
	if got, want := wire.AsIs.Marshal(list()), wire.AsIs.Marshal(put); string(got) != string(want) {
		t.Errorf("echoed\n%s, put\n%s", got, want)
	}
	bare := types.Target{Id: text("probe"), Arn: text(queue)}
	apitest.OK(t, s.PutTargets, &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{bare}})
	if got := list(); *got.Arn != queue || got.Input != nil || got.RetryPolicy != nil || got.EcsParameters != nil {
		t.Errorf("replaced: %+v", got)
	}
	apitest.Refused(t, s.DeleteRule, &sdk.DeleteRuleInput{Name: text("r")}, "ValidationException", "Rule can't be deleted since it has targets.")
	apitest.OK(t, s.RemoveTargets, &sdk.RemoveTargetsInput{Rule: text("r"), Ids: []string{"probe", "unknown"}})
	apitest.OK(t, s.DeleteRule, &sdk.DeleteRuleInput{Name: text("r")})
	apitest.Refused(t, s.PutTargets, &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{bare}}, "ResourceNotFoundException", "Rule r does not exist on EventBus default.")
}

func TestRefusedTargets(t *testing.T) {
	s := newScene(t)
	s.putRule("r")
	const other = "arn:aws:events:eu-west-1:123456789012:event-bus/other"
	far := strings.Replace(queue, "eu-west-1", "us-west-2", 1)
	changed := func(change func(x *types.Target)) types.Target {
		x := ecsTarget()
		change(&x)
		return x
	}
	for name, c := range map[string]struct {
		target types.Target
		text   string
	}{
		"no role":               {changed(func(x *types.Target) { x.RoleArn = nil }), "RoleArn is required for target " + cluster + "."},
		"a role that is no ARN": {changed(func(x *types.Target) { x.RoleArn = text("bad") }), "Parameter bad is not valid. Reason: Provided Arn is not in correct format."},
		"no ARN":                {types.Target{Id: text("probe"), Arn: text("bad")}, "Parameter bad is not valid. Reason: Provided Arn is not in correct format."},
		"no parameters":         {changed(func(x *types.Target) { x.EcsParameters = nil }), "Parameter(s) EcsParameters must be specified for target: probe."},
		"no task definition":    {changed(func(x *types.Target) { x.EcsParameters.TaskDefinitionArn = text("bad") }), "Parameter(s) TaskDefinitionArn not valid for target: probe."},
		"eleven tasks":          {changed(func(x *types.Target) { x.EcsParameters.TaskCount = aws.Int32(11) }), "Parameter(s) TaskCount not valid for target: probe."},
		"another launch type": {changed(func(x *types.Target) { x.EcsParameters.LaunchType = "BAD" }), "1 validation error detected: Value 'BAD' at " +
			"'targets.2.member.ecsParameters.launchType' failed to satisfy constraint: Member must satisfy enum value set: [FARGATE, EXTERNAL, EC2]"},
		"no network": {changed(func(x *types.Target) { x.EcsParameters.NetworkConfiguration = &types.NetworkConfiguration{} }),
			"Parameter NetworkConfiguration must be specified for target probe when launch type is FARGATE"},
		"no subnets": {changed(func(x *types.Target) { x.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{} }),
			"Parameter Subnets is not valid. Reason: size must be in between 1 and 16."},
		"six security groups": {changed(func(x *types.Target) {
			x.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups = []string{"sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"}
		}), "Parameter SecurityGroups is not valid. Reason: size must be in between 0 and 5."},
		"a platform version on EC2": {changed(func(x *types.Target) {
			x.EcsParameters.LaunchType, x.EcsParameters.PlatformVersion = types.LaunchTypeEc2, text("1.4.0")
		}), "Parameter PlatformVersion for target probe is not supported when launch type is EC2"},
		"a public address on EC2": {changed(func(x *types.Target) {
			x.EcsParameters.LaunchType, x.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.LaunchTypeEc2, types.AssignPublicIpEnabled
		}), "Parameter AssignPublicIp for target probe is not supported when launch type is EC2"},
		"a task definition of another Region": {changed(func(x *types.Target) {
			x.EcsParameters.TaskDefinitionArn = text("arn:aws:ecs:us-west-2:123456789012:task-definition/job:1")
		}), "Region of " + cluster + " does not match region of arn:aws:ecs:us-west-2:123456789012:task-definition/job:1"},
		"a path": {changed(func(x *types.Target) { x.Input, x.InputPath = nil, text("$.detail") }),
			"InputPath is not a valid form of input for target probe. The only valid forms of input are Input and InputTransformer."},
		"an input that is no JSON": {types.Target{Id: text("probe"), Arn: text(queue), Input: text("not-json")},
			`JSON syntax error in input for target probe: [Source: (String)"not-json"; line: 1, column: 1]`},
		"a name in the map of paths": {types.Target{Id: text("probe"), Arn: text(queue), InputTransformer: &types.InputTransformer{
			InputPathsMap: map[string]string{"b": "$.detail.b", "a.b": "$.detail"}, InputTemplate: text("<b>"),
		}}, "1 validation error detected: Value '{a.b=$.detail, b=$.detail.b}' at 'targets.2.member.inputTransformer.inputPathsMap' failed to satisfy constraint: " +
			"Map keys must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1, " +
			`Member must satisfy regular expression pattern: [A-Za-z0-9\_\-]+]`},
		"parameters of another service": {changed(func(x *types.Target) { x.Arn, x.Input = text(queue), nil }), "Parameter(s) EcsParameters not supported for target: probe."},
		"parameters of a stream": {changed(func(x *types.Target) { x.KinesisParameters = &types.KinesisParameters{PartitionKeyPath: text("$.id")} }),
			"Parameter(s) KinesisParameters not supported for target: probe."},
		"a state machine without a role": {types.Target{Id: text("probe"), Arn: text("arn:aws:states:eu-west-1:123456789012:stateMachine:m")},
			"RoleArn is required for target arn:aws:states:eu-west-1:123456789012:stateMachine:m."},
		"dead letters to a topic": {changed(func(x *types.Target) { x.DeadLetterConfig.Arn = text("arn:aws:sns:eu-west-1:123456789012:t") }),
			"sns is not supported as a dead letter resource."},
		"dead letters to another Region": {changed(func(x *types.Target) { x.DeadLetterConfig.Arn = text(far) }),
			"Dead letter queue " + far + " must be in the same region as rule r."},
		"dead letters to a FIFO queue": {changed(func(x *types.Target) { x.DeadLetterConfig.Arn = text(queue + ".fifo") }),
			"SQS FIFO is not supported by Dead Letter Queues"},
		"a FIFO queue": {types.Target{Id: text("probe"), Arn: text(queue + ".fifo")}, "Parameter(s) SqsParameters must be specified for target: probe."},
		"a bus without a role": {types.Target{Id: text("probe"), Arn: text(other)},
			"RoleArn is required for target " + other + "."},
		"the bus itself": {types.Target{Id: text("probe"), RoleArn: text(role), Arn: text("arn:aws:events:eu-west-1:123456789012:event-bus/default")},
			"Source EventBus and Target EventBus must not be the same."},
		"a bus with an input": {types.Target{Id: text("probe"), RoleArn: text(role), Arn: text(other), Input: text("1")},
			"Modifying the input for target probe is not supported."},
		"a bus with retries": {types.Target{Id: text("probe"), RoleArn: text(role), Arn: text(other), RetryPolicy: &types.RetryPolicy{}},
			"Retry policy is not supported for Event bus targets."},
		"a bus of no Region": {types.Target{Id: text("probe"), RoleArn: text(role), Arn: text("arn:aws:events:moon-1:123456789012:event-bus/other")},
			"Parameter arn:aws:events:moon-1:123456789012:event-bus/other is not valid. Reason: Provided Arn is not in correct format."},
		"a log group with an input": {types.Target{Id: text("probe"), Arn: text("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/x"), Input: text("1")},
			"Input and InputPath are not valid forms of input for target probe. The only valid form of input is InputTransformer."},
		"a log stream": {types.Target{Id: text("probe"), Arn: text("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/x:log-stream:y")},
			"Parameter arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/x:log-stream:y is not valid. Reason: Provided Arn is not in correct format."},
	} {
		t.Run(name, func(t *testing.T) { // the first one of the batch is right, and is not kept either
			in := &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{{Id: text("right"), Arn: text(queue)}, c.target}}
			apitest.Refused(t, s.PutTargets, in, "ValidationException", c.text)
		})
	}
	_, err := s.PutTargets(t.Context(), &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{{Id: text("k"), Arn: text("arn:aws:kinesis:eu-west-1:123456789012:stream/s")}}})
	if err == nil || !strings.Contains(err.Error(), "NotImplementedException: no way to arn:aws:kinesis:") {
		t.Errorf("a target without a way: %v", err)
	}
	if got := apitest.OK(t, s.ListTargetsByRule, &sdk.ListTargetsByRuleInput{Rule: text("r")}).Targets; len(got) > 0 {
		t.Errorf("kept %+v", got)
	}
}

func TestTwoTargetsWithOneID(t *testing.T) {
	s := newScene(t)
	s.putRule("r")
	in := &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{{Id: text("same"), Arn: text(queue)}, {Id: text("other"), Arn: text(queue)}, {Id: text("same"), Arn: text(queue + "2")}}}
	apitest.Refused(t, s.PutTargets, in, "ValidationException", "Parameter targets is not valid. Reason: More than one target with Id 'same' is provided.")
	if got := apitest.OK(t, s.ListTargetsByRule, &sdk.ListTargetsByRuleInput{Rule: text("r")}).Targets; len(got) > 0 {
		t.Errorf("kept %+v", got)
	}
}

func TestEC2TargetWithoutWhatIsOfFargate(t *testing.T) {
	s := newScene(t)
	s.putRule("r")
	target := ecsTarget()
	target.EcsParameters.LaunchType, target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.LaunchTypeEc2, ""
	apitest.OK(t, s.PutTargets, &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{target}})
}

func TestParametersOfQueuesAreForAll(t *testing.T) {
	s := newScene(t)
	s.putRule("r")
	target := ecsTarget()
	target.SqsParameters = &types.SqsParameters{MessageGroupId: text("g")}
	apitest.OK(t, s.PutTargets, &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{target}})
}

func TestFiveTargets(t *testing.T) {
	s := newScene(t)
	s.putRule("r")
	in := &sdk.PutTargetsInput{Rule: text("r")}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		in.Targets = append(in.Targets, types.Target{Id: &id, Arn: text(queue)})
	}
	apitest.OK(t, s.PutTargets, in)
	page := apitest.OK(t, s.ListTargetsByRule, &sdk.ListTargetsByRuleInput{Rule: text("r"), Limit: aws.Int32(3)})
	rest := apitest.OK(t, s.ListTargetsByRule, &sdk.ListTargetsByRuleInput{Rule: text("r"), NextToken: page.NextToken})
	if len(page.Targets) != 3 || len(rest.Targets) != 2 || *rest.Targets[0].Id != "d" {
		t.Errorf("pages %+v, %+v", page.Targets, rest.Targets)
	}
	one := &sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{{Id: text("f"), Arn: text(queue)}}}
	apitest.Refused(t, s.PutTargets, one, "LimitExceededException", "The requested resource exceeds the maximum number allowed.")
}

func TestRuleNamesByTarget(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"zeta", "alpha", "mu", "beta"} {
		s.putRule(name)
		apitest.OK(t, s.PutTargets, &sdk.PutTargetsInput{Rule: &name, Targets: []types.Target{{Id: text("1"), Arn: text(queue)}, {Id: text("2"), Arn: text(queue)}}})
	}
	apitest.OK(t, s.DisableRule, &sdk.DisableRuleInput{Name: text("mu")})
	all := apitest.OK(t, s.ListRuleNamesByTarget, &sdk.ListRuleNamesByTargetInput{TargetArn: text(queue)})
	if !slices.Equal(all.RuleNames, []string{"alpha", "beta", "mu", "zeta"}) || all.NextToken != nil {
		t.Errorf("all %q", all.RuleNames)
	}
	first := apitest.OK(t, s.ListRuleNamesByTarget, &sdk.ListRuleNamesByTargetInput{TargetArn: text(queue), Limit: aws.Int32(1)})
	rest := apitest.OK(t, s.ListRuleNamesByTarget, &sdk.ListRuleNamesByTargetInput{
		TargetArn: text(queue), NextToken: first.NextToken, EventBusName: text("arn:aws:events:eu-west-1:123456789012:event-bus/default"), Limit: aws.Int32(2),
	})
	if !slices.Equal(rest.RuleNames, []string{"beta", "mu"}) {
		t.Errorf("first %q, rest %q", first.RuleNames, rest.RuleNames)
	}
	apitest.Refused(t, s.ListRuleNamesByTarget, &sdk.ListRuleNamesByTargetInput{TargetArn: text(queue + "2"), NextToken: first.NextToken},
		"ValidationException", "Parameter NextToken is not valid.")
	apitest.Refused(t, s.ListRuleNamesByTarget, &sdk.ListRuleNamesByTargetInput{TargetArn: text("not-an-arn")},
		"ValidationException", "Parameter not-an-arn is not valid. Reason: Provided Arn is not in correct format.")
}
