package eventbridge_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/eventbridge"
)

func TestAccess(t *testing.T) { apitest.Access(t, eventbridge.New(eventbridge.Options{}).Service()) }

func TestWhatRequestsAsk(t *testing.T) {
	s := newScene(t)
	s.putRule("paid")
	config, asked := s.Refuse(eventbridge.New(eventbridge.Options{Store: s.Store, Now: s.Clock}).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	const own, other = "arn:aws:events:eu-west-1:123456789012:", "arn:aws:events:eu-west-1:444455556666:"
	list := []types.Tag{{Key: text("Team"), Value: text("a")}}
	const creator, ofTags, passed = ", events:creatoraccount=123456789012", ", aws:requesttag/team=a, aws:tagkeys=Team", ", iam:passedtoservice=events.amazonaws.com"
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.DescribeEventBus, &sdk.DescribeEventBusInput{}), "events:DescribeEventBus " + own + "event-bus/default"},
		{apitest.For(asked, c.DescribeEventBus, &sdk.DescribeEventBusInput{Name: text(other + "event-bus/b")}), "events:DescribeEventBus " + other + "event-bus/b"},
		{apitest.For(asked, c.CreateEventBus, &sdk.CreateEventBusInput{Name: text("b"), Tags: list}),
			"events:CreateEventBus " + own + "event-bus/b" + ofTags + "\nevents:TagResource " + own + "event-bus/b" + ofTags},
		{apitest.For(asked, c.DescribeRule, &sdk.DescribeRuleInput{Name: text("paid")}), "events:DescribeRule " + own + "rule/paid" + creator},
		{apitest.For(asked, c.DescribeRule, &sdk.DescribeRuleInput{Name: text("paid"), EventBusName: text("default")}), "events:DescribeRule " + own + "rule/paid" + creator},
		{apitest.For(asked, c.DescribeRule, &sdk.DescribeRuleInput{Name: text("gone")}), "events:DescribeRule " + own + "rule/gone"},
		{apitest.For(asked, c.EnableRule, &sdk.EnableRuleInput{Name: text("paid"), EventBusName: text("b")}), "events:EnableRule " + own + "rule/b/paid"},
		{apitest.For(asked, c.DeleteRule, &sdk.DeleteRuleInput{Name: text("paid"), EventBusName: text(other + "event-bus/b")}), "events:DeleteRule " + other + "rule/b/paid"},
		{apitest.For(asked, c.ListRules, &sdk.ListRulesInput{}), "events:ListRules " + own + "rule/*"},
		{apitest.For(asked, c.ListRuleNamesByTarget, &sdk.ListRuleNamesByTargetInput{TargetArn: text(queue), EventBusName: text("b")}),
			"events:ListRuleNamesByTarget " + own + "rule/b/*"},
		{apitest.For(asked, c.PutRule, &sdk.PutRuleInput{Name: text("r"), EventPattern: text(`{"source":["shop","aws.ecs"],"detail-type":[{"prefix":"a"}]}`), RoleArn: text(role)}),
			"events:PutRule " + own + `rule/r, events:detail-type={"prefix":"a"}, events:source=shop+aws.ecs` + "\niam:PassRole " + role + passed},
		{apitest.For(asked, c.PutRule, &sdk.PutRuleInput{Name: text("r"), EventPattern: text("{"), Tags: list}),
			"events:PutRule " + own + "rule/r" + ofTags + "\nevents:TagResource " + own + "rule/r" + ofTags},
		{apitest.For(asked, c.PutTargets, &sdk.PutTargetsInput{Rule: text("paid"), Targets: []types.Target{ecsTarget(), {Id: text("q"), Arn: text(queue)}}}),
			"events:PutTargets " + own + "rule/paid" + creator + ", events:targetarn=" + cluster + "+" + queue + "\niam:PassRole " + role + passed},
		{apitest.For(asked, c.PutEvents, &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{
			{Source: text("shop"), DetailType: text("paid"), Detail: text("{}")}, {Source: text("shop"), EventBusName: text(other + "event-bus/b")},
		}}), "events:PutEvents " + own + "event-bus/default, events:detail-type=paid, events:source=shop\nevents:PutEvents " + other + "event-bus/b, events:source=shop"},
		{apitest.For(asked, c.TagResource, &sdk.TagResourceInput{ResourceARN: text(own + "rule/paid"), Tags: list}), "events:TagResource " + own + "rule/paid" + ofTags + creator},
		{apitest.For(asked, c.UntagResource, &sdk.UntagResourceInput{ResourceARN: text(own + "event-bus/default"), TagKeys: []string{"Team"}}),
			"events:UntagResource " + own + "event-bus/default, aws:tagkeys=Team"},
		{apitest.For(asked, c.TestEventPattern, &sdk.TestEventPatternInput{Event: text("{}"), EventPattern: text("{}")}), "events:TestEventPattern *"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s := newScene(t)
	list := []types.Tag{{Key: text("Team"), Value: text("a")}}
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("b"), Tags: list})
	rule := *apitest.OK(t, s.PutRule, &sdk.PutRuleInput{Name: text("r"), EventBusName: text("b"), EventPattern: aws.String(pattern), Tags: list}).RuleArn
	tagsOf := eventbridge.New(eventbridge.Options{Store: s.Store}).Service().Tags
	for arn, want := range map[string]int{
		rule: 1, "arn:aws:events:eu-west-1:123456789012:event-bus/b": 1, "arn:aws:events:eu-west-1:123456789012:event-bus/default": 0,
		"arn:aws:events:eu-west-1:123456789012:rule/r": 0, "arn:aws:events:us-east-1:123456789012:event-bus/b": 0, "*": 0,
	} {
		if got := tagsOf(arn); len(got) != want {
			t.Errorf("the tags of %s are %v", arn, got)
		}
	}
}
