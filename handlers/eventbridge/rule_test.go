package eventbridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestRulesAreReplaced(t *testing.T) {
	s := newScene(t)
	tags := func(value string) []types.Tag { return []types.Tag{{Key: text("owner"), Value: &value}} }
	made := apitest.OK(t, s.PutRule, &sdk.PutRuleInput{
		Name: text("paid"), EventPattern: text(pattern), State: "DISABLED", Description: text("first"), RoleArn: text(role), Tags: tags("rule"),
	})
	if r := s.describe("paid"); *r.Arn != *made.RuleArn || r.State != "DISABLED" || *r.Description != "first" || *r.RoleArn != role ||
		*r.EventBusName != "default" || *r.CreatedBy != scope.Account || *r.EventPattern != pattern || r.ScheduleExpression != nil {
		t.Errorf("made %+v", r)
	}
	if _, err := s.PutRule(t.Context(), &sdk.PutRuleInput{Name: text("paid"), EventPattern: text(`{"source":[{"unknown":"x"}]}`)}); err == nil ||
		!strings.Contains(err.Error(), "Unrecognized match type unknown\n at [Source: (String)") {
		t.Errorf("a bad pattern: %v", err)
	}
	if r := s.describe("paid"); *r.Description != "first" {
		t.Errorf("after a refused update %+v", r)
	}
	apitest.OK(t, s.PutRule, &sdk.PutRuleInput{Name: text("paid"), ScheduleExpression: text("rate(5 minutes)"), Tags: tags("ignored")})
	if r := s.describe("paid"); r.State != "ENABLED" || r.Description != nil || r.RoleArn != nil || r.EventPattern != nil || *r.ScheduleExpression != "rate(5 minutes)" {
		t.Errorf("replaced %+v", r)
	}
	if got := apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: made.RuleArn}); *got.Tags[0].Value != "rule" {
		t.Errorf("tags %+v", got.Tags)
	}
}

func TestRefusedRules(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")})
	for _, c := range []struct {
		in   sdk.PutRuleInput
		text string
	}{
		{sdk.PutRuleInput{}, "Parameter(s) EventPattern or ScheduleExpression must be specified."},
		{sdk.PutRuleInput{EventPattern: text(""), ScheduleExpression: text("")}, "Parameter(s) EventPattern or ScheduleExpression must be specified."},
		{sdk.PutRuleInput{ScheduleExpression: text("rate(1 minutes)")}, "Parameter ScheduleExpression is not valid."},
		{sdk.PutRuleInput{ScheduleExpression: text("at(2026-11-20T12:00:00)")}, "Parameter ScheduleExpression is not valid."},
		{sdk.PutRuleInput{ScheduleExpression: text(""), EventPattern: text(pattern), EventBusName: text("orders")}, "ScheduleExpression is supported only on the default event bus."},
		{sdk.PutRuleInput{ScheduleExpression: text("rate(1 hour)"), EventBusName: text("orders")}, "ScheduleExpression is supported only on the default event bus."},
		{sdk.PutRuleInput{ScheduleExpression: text("rate(1 hour)"), State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"},
			"State ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS is not valid for a rule with a ScheduleExpression."},
		{sdk.PutRuleInput{EventPattern: text(pattern), RoleArn: text("bad")}, "Parameter bad is not valid. Reason: Provided Arn is not in correct format."},
	} {
		c.in.Name = text("r")
		apitest.Refused(t, s.PutRule, &c.in, "ValidationException", c.text)
	}
	apitest.Refused(t, s.PutRule, &sdk.PutRuleInput{Name: text("r"), EventPattern: text(pattern), EventBusName: text("none")}, "ResourceNotFoundException", "Event bus none does not exist.")
	apitest.Refused(t, s.DescribeRule, &sdk.DescribeRuleInput{Name: text("r")}, "ResourceNotFoundException", "Rule r does not exist on EventBus default.")
	apitest.Refused(t, s.EnableRule, &sdk.EnableRuleInput{Name: text("r"), EventBusName: text("orders")}, "ResourceNotFoundException", "Rule r does not exist on EventBus orders.")
	for _, in := range []*sdk.PutRuleInput{
		{Name: text("both"), EventPattern: text(pattern), ScheduleExpression: text("cron(0 3 * * ? *)")},
		{Name: text("trail"), EventPattern: text(pattern), State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"},
		{Name: text("r"), EventPattern: text(pattern), EventBusName: text("arn:aws:events:eu-west-1:123456789012:event-bus/orders")},
	} {
		apitest.OK(t, s.PutRule, in)
	}
}

func TestListedRules(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b", "a", "ab"} {
		s.putRule(name)
	}
	page := apitest.OK(t, s.ListRules, &sdk.ListRulesInput{NamePrefix: text("a"), Limit: aws.Int32(1)})
	if len(page.Rules) != 1 || *page.Rules[0].Name != "a" || *page.Rules[0].EventBusName != "default" {
		t.Errorf("first %+v", page.Rules)
	}
	rest := apitest.OK(t, s.ListRules, &sdk.ListRulesInput{NamePrefix: text("a"), NextToken: page.NextToken})
	if len(rest.Rules) != 1 || *rest.Rules[0].Name != "ab" || rest.NextToken != nil {
		t.Errorf("rest %+v", rest)
	}
	apitest.Refused(t, s.ListRules, &sdk.ListRulesInput{NamePrefix: text("b"), NextToken: page.NextToken}, "ValidationException", "Parameter NextToken is not valid.")
}

// A rule gets what comes after it was put or enabled, and its rate counts from there; to put it again as it is changes
// neither.
func TestSinceAndAnchor(t *testing.T) {
	s := newScene(t)
	put := func(schedule, state string) {
		t.Helper()
		apitest.OK(t, s.PutRule, &sdk.PutRuleInput{Name: text("r"), EventPattern: text(pattern), ScheduleExpression: &schedule, State: types.RuleState(state)})
	}
	passes := func() {
		t.Helper()
		s.Now = s.Now.Add(time.Minute)
		if err := s.Store.Update(func(tx *store.Tx) error {
			state.AnnounceServiceAction(tx, state.ServiceAction{}, s.Now)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(since uint64, anchor time.Time) {
		t.Helper()
		r := rows.FindRule(s.Store.Read(), scope, "default", "r")
		if r.Since != since || !r.Anchor.Equal(anchor) {
			t.Errorf("since %d, from %v; want %d, %v", r.Since, r.Anchor, since, anchor)
		}
	}
	passes()
	put("rate(1 hour)", "")
	first := s.Now.Truncate(time.Millisecond)
	check(1, first)
	passes()
	put("rate(1 hour)", "")
	check(1, first)
	apitest.OK(t, s.EnableRule, &sdk.EnableRuleInput{Name: text("r")})
	check(1, first)
	put("rate(2 hours)", "")
	second := s.Now.Truncate(time.Millisecond)
	check(1, second)
	apitest.OK(t, s.DisableRule, &sdk.DisableRuleInput{Name: text("r")})
	if r := s.describe("r"); r.State != "DISABLED" {
		t.Errorf("disabled: %s", r.State)
	}
	passes()
	apitest.OK(t, s.EnableRule, &sdk.EnableRuleInput{Name: text("r")})
	check(3, s.Now.Truncate(time.Millisecond))
}

// An empty text is shown where a request had one (EVB0002.11).
func TestEmptyTextsAreShown(t *testing.T) {
	s := newScene(t)
	for _, in := range []sdk.PutRuleInput{
		{ScheduleExpression: text("rate(1 day)"), EventPattern: text(""), Description: text("")},
		{ScheduleExpression: text(""), EventPattern: text(`{"source":["shop"]}`)},
		{EventPattern: text(`{"source":["shop"]}`)},
	} {
		in.Name = text("r")
		apitest.OK(t, s.PutRule, &in)
		got, listed := apitest.OK(t, s.DescribeRule, &sdk.DescribeRuleInput{Name: in.Name}), apitest.OK(t, s.ListRules, &sdk.ListRulesInput{}).Rules[0]
		for name, texts := range map[string][3]*string{
			"description": {in.Description, got.Description, listed.Description}, "pattern": {in.EventPattern, got.EventPattern, listed.EventPattern},
			"schedule": {in.ScheduleExpression, got.ScheduleExpression, listed.ScheduleExpression},
		} {
			for _, shown := range texts[1:] {
				if (shown == nil) != (texts[0] == nil) || shown != nil && *shown != *texts[0] {
					t.Errorf("%+v: %s %v", in, name, shown)
				}
			}
		}
	}
}
