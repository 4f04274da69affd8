package eventbridge_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// For any request, the answer is one that the client reads.
func TestNonsense(t *testing.T) {
	s := newScene(t)
	bus, one, tags := text("orders"), aws.Int32(1), []types.Tag{{Key: text("a"), Value: text("b")}}
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: bus})
	s.putRule("r")

	apitest.Nonsense(t, s.CreateEventBus, sdk.CreateEventBusInput{Name: text("b"), Description: text("d"), Tags: tags, DeadLetterConfig: &types.DeadLetterConfig{Arn: text(queue)}})
	apitest.Nonsense(t, s.UpdateEventBus, sdk.UpdateEventBusInput{Name: bus, Description: text("d"), DeadLetterConfig: &types.DeadLetterConfig{Arn: text(queue)}})
	apitest.Nonsense(t, s.DescribeEventBus, sdk.DescribeEventBusInput{Name: bus})
	apitest.Nonsense(t, s.ListEventBuses, sdk.ListEventBusesInput{Limit: one})
	apitest.Nonsense(t, s.PutRule, sdk.PutRuleInput{Name: text("r2"), EventPattern: text(pattern), State: "ENABLED", Tags: tags, RoleArn: text(role)})
	apitest.Nonsense(t, s.PutRule, sdk.PutRuleInput{Name: text("r3"), ScheduleExpression: text("rate(1 hour)")})
	apitest.Nonsense(t, s.DescribeRule, sdk.DescribeRuleInput{Name: text("r")})
	apitest.Nonsense(t, s.ListRules, sdk.ListRulesInput{Limit: one})
	apitest.Nonsense(t, s.DisableRule, sdk.DisableRuleInput{Name: text("r")})
	apitest.Nonsense(t, s.EnableRule, sdk.EnableRuleInput{Name: text("r")})
	target := ecsTarget()
	apitest.Nonsense(t, s.PutTargets, sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{target}})
	target = types.Target{Id: text("x"), Arn: text(queue), InputTransformer: &types.InputTransformer{InputPathsMap: map[string]string{"a": "$.a"}, InputTemplate: text("<a>")}}
	apitest.Nonsense(t, s.PutTargets, sdk.PutTargetsInput{Rule: text("r"), Targets: []types.Target{target}})
	apitest.Nonsense(t, s.ListTargetsByRule, sdk.ListTargetsByRuleInput{Rule: text("r"), Limit: one})
	apitest.Nonsense(t, s.ListRuleNamesByTarget, sdk.ListRuleNamesByTargetInput{TargetArn: text(queue), Limit: one})
	apitest.Nonsense(t, s.RemoveTargets, sdk.RemoveTargetsInput{Rule: text("r"), Ids: []string{"probe"}})
	apitest.Nonsense(t, s.DeleteRule, sdk.DeleteRuleInput{Name: text("r3")})
	apitest.Nonsense(t, s.PutEvents, sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry("shop", "{}")}})
	apitest.Nonsense(t, s.TestEventPattern, sdk.TestEventPatternInput{EventPattern: text(pattern), Event: text("{}")})
	apitest.Nonsense(t, s.PutPermission, sdk.PutPermissionInput{
		EventBusName: bus, Action: text("events:PutEvents"), Principal: text("*"), StatementId: text("s"),
		Condition: &types.Condition{Type: text("StringEquals"), Key: text("aws:PrincipalOrgID"), Value: text("o-1234567890")},
	})
	apitest.Nonsense(t, s.PutPermission, sdk.PutPermissionInput{EventBusName: bus, Policy: text(stated(allows("a", account, "")))})
	apitest.Nonsense(t, s.RemovePermission, sdk.RemovePermissionInput{EventBusName: bus, StatementId: text("s")})
	apitest.Nonsense(t, s.TagResource, sdk.TagResourceInput{ResourceARN: text(busARN), Tags: tags})
	apitest.Nonsense(t, s.UntagResource, sdk.UntagResourceInput{ResourceARN: text(busARN), TagKeys: []string{"a"}})
	apitest.Nonsense(t, s.ListTagsForResource, sdk.ListTagsForResourceInput{ResourceARN: text(busARN)})
	apitest.Nonsense(t, s.DeleteEventBus, sdk.DeleteEventBusInput{Name: text("b")})
}
