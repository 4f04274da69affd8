package elasticloadbalancingv2_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

func TestConditionsAreAnswered(t *testing.T) {
	s := newScene(t)
	listener := s.listener(s.alb("web"), 80, answer("404"))
	create := func(priority int32, conditions ...types.RuleCondition) types.Rule {
		t.Helper()
		return ok(s, s.CreateRule, &sdk.CreateRuleInput{
			ListenerArn: &listener, Priority: &priority, Conditions: conditions, Actions: []types.Action{answer("201")},
		}).Rules[0]
	}
	header := types.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{
		HttpHeaderName: aws.String("X-Color"), Values: []string{"blue"}}}
	query := types.RuleCondition{Field: aws.String("query-string"), QueryStringConfig: &types.QueryStringConditionConfig{
		Values: []types.QueryStringKeyValuePair{{Key: aws.String("mode"), Value: aws.String("native")}}}}
	method := types.RuleCondition{Field: aws.String("http-request-method"), HttpRequestMethodConfig: &types.HttpRequestMethodConditionConfig{Values: []string{"POST"}}}
	source := types.RuleCondition{Field: aws.String("source-ip"), SourceIpConfig: &types.SourceIpConditionConfig{Values: []string{"192.0.2.1/32"}}}
	path := types.RuleCondition{Field: aws.String("path-pattern"), PathPatternConfig: &types.PathPatternConditionConfig{Values: []string{"/blue/*"}}}
	fields := func(r types.Rule) (all []string) {
		for _, c := range r.Conditions {
			all = append(all, *c.Field)
		}
		return all
	}

	r := create(10, path, header)
	if *r.Priority != "10" || *r.IsDefault || r.Transforms == nil || !slices.Equal(fields(r), []string{"http-header", "path-pattern"}) ||
		!slices.Equal(r.Conditions[1].Values, []string{"/blue/*"}) || !slices.Equal(r.Conditions[1].PathPatternConfig.Values, []string{"/blue/*"}) ||
		r.Conditions[0].Values != nil {
		t.Errorf("%+v", r)
	}
	r = create(20, condition("host-header", "proof.example.invalid"), query, method, source)
	if want := []string{"query-string", "host-header", "http-request-method", "source-ip"}; !slices.Equal(fields(r), want) {
		t.Errorf("%v, want %v", fields(r), want)
	}
	if c := r.Conditions[1]; c.HostHeaderConfig == nil || !slices.Equal(c.Values, c.HostHeaderConfig.Values) {
		t.Errorf("%+v", c)
	}
}

func TestRedirectIsFilledIn(t *testing.T) {
	s := newScene(t)
	redirect := types.Action{Type: "redirect", RedirectConfig: &types.RedirectActionConfig{StatusCode: "HTTP_301", Protocol: aws.String("HTTPS"), Port: aws.String("443")}}
	l := s.listener(s.alb("web"), 80, redirect)
	r := ok(s, s.DescribeListeners, &sdk.DescribeListenersInput{ListenerArns: []string{l}}).Listeners[0].DefaultActions[0].RedirectConfig
	if *r.Host != "#{host}" || *r.Path != "/#{path}" || *r.Query != "#{query}" || *r.Port != "443" || *r.Protocol != "HTTPS" {
		t.Errorf("%+v", r)
	}
}

func TestRuleRefusals(t *testing.T) {
	s := newScene(t)
	listener := s.listener(s.alb("web"), 80, answer("404"))
	s.rule(listener, 10, "/a", answer("200"))
	create := func(priority int32, conditions ...types.RuleCondition) *sdk.CreateRuleInput {
		return &sdk.CreateRuleInput{ListenerArn: &listener, Priority: &priority, Conditions: conditions, Actions: []types.Action{answer("201")}}
	}
	refused(s, s.CreateRule, create(10, condition("path-pattern", "/b")), "PriorityInUse", "Priority '10' is currently in use")
	refused(s, s.CreateRule, create(50001, condition("path-pattern", "/b")), "ValidationError",
		"1 validation error detected: Value '50001' at 'priority' failed to satisfy constraint: Member must have value less than or equal to 50000")
	for _, test := range []struct {
		text       string
		conditions []types.RuleCondition
	}{
		{"A rule can only have '5' condition values and regex values", []types.RuleCondition{condition("path-pattern", "/1", "/2", "/3"), condition("host-header", "a.b", "c.d", "e.f")}},
		{"You cannot provide both Values and 'HostHeaderConfig' for a condition of type 'host-header'", []types.RuleCondition{
			{Field: aws.String("host-header"), Values: []string{"a.b"}, HostHeaderConfig: &types.HostHeaderConditionConfig{Values: []string{"a.b"}}}}},
		{"Condition value 'a b' contains a character that is not valid", []types.RuleCondition{condition("host-header", "a b")}},
		{"Condition field 'body' must be one of 'http-header,http-request-method,host-header,query-string,path-pattern,source-ip'",
			[]types.RuleCondition{condition("body", "a")}},
		{"For conditions of type 'source-ip', you must specify the following fields: 'SourceIpConfig'", []types.RuleCondition{{Field: aws.String("source-ip")}}},
		{"A rule can only have one 'path-pattern' condition", []types.RuleCondition{condition("path-pattern", "/1"), condition("path-pattern", "/2")}},
	} {
		refused(s, s.CreateRule, create(20, test.conditions...), "ValidationError", test.text)
	}
	group := s.groupOf(s.tcpGroup("tcp"))
	net := s.nlb("net")
	tcp := ok(s, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: &net, Port: aws.Int32(80), Protocol: "TCP", DefaultActions: []types.Action{forward(group)},
	}).Listeners[0].ListenerArn
	on := create(10, condition("path-pattern", "/b"))
	on.ListenerArn = tcp
	refused(s, s.CreateRule, on, "UnsupportedProtocol", "The specified protocol is not supported.")
}

func TestRules(t *testing.T) {
	s := newScene(t)
	listener := s.listener(s.alb("web"), 80, answer("404"))
	a, b := s.rule(listener, 20, "/a", answer("200")), s.rule(listener, 10, "/b", answer("200"))
	priorities := func(want ...string) (rules []types.Rule) {
		t.Helper()
		var got []string
		pages := sdk.NewDescribeRulesPaginator(s.Client, &sdk.DescribeRulesInput{ListenerArn: &listener, PageSize: aws.Int32(2)})
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range out.Rules {
				got = append(got, *r.Priority)
			}
			rules = append(rules, out.Rules...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		return rules
	}
	def := priorities("10", "20", "default")[2]
	if !*def.IsDefault || def.Actions[0].Type != "fixed-response" || def.Conditions == nil {
		t.Errorf("%+v", def)
	}

	swap := []types.RulePriorityPair{{RuleArn: &a, Priority: aws.Int32(10)}, {RuleArn: &b, Priority: aws.Int32(20)}}
	if out := ok(s, s.SetRulePriorities, &sdk.SetRulePrioritiesInput{RulePriorities: swap}); len(out.Rules) != 2 || *out.Rules[0].Priority != "10" {
		t.Errorf("%+v", out)
	}
	refused(s, s.SetRulePriorities, &sdk.SetRulePrioritiesInput{RulePriorities: []types.RulePriorityPair{{RuleArn: &a, Priority: aws.Int32(20)}}},
		"PriorityInUse", "Priority '20' is currently in use")
	if r := priorities("10", "20", "default")[0]; *r.RuleArn != a {
		t.Errorf("%+v", r)
	}

	r := ok(s, s.ModifyRule, &sdk.ModifyRuleInput{RuleArn: &a, Conditions: []types.RuleCondition{condition("host-header", "a.example")}}).Rules[0]
	if *r.Conditions[0].Field != "host-header" || *r.Actions[0].FixedResponseConfig.StatusCode != "200" {
		t.Errorf("%+v", r)
	}
	refused(s, s.ModifyRule, &sdk.ModifyRuleInput{RuleArn: def.RuleArn, Actions: []types.Action{answer("200")}}, "OperationNotPermitted",
		"Default rule '"+*def.RuleArn+"' cannot be modified")
	refused(s, s.DeleteRule, &sdk.DeleteRuleInput{RuleArn: def.RuleArn}, "OperationNotPermitted", "Default rule '"+*def.RuleArn+"' cannot be deleted")
	ok(s, s.DeleteRule, &sdk.DeleteRuleInput{RuleArn: &a})
	refused(s, s.DeleteRule, &sdk.DeleteRuleInput{RuleArn: &a}, "RuleNotFound", "One or more rules not found")
	priorities("20", "default")
	if elbv2.FindRule(s.Store.Read(), b) == nil {
		t.Error("the other rule is gone, too")
	}
}

func TestTags(t *testing.T) {
	s := newScene(t)
	web := s.alb("web")
	listener := s.listener(web, 80, answer("404"))
	rule := s.rule(listener, 10, "/a", answer("200"))
	group := s.group("web")
	def := elbv2.FindListener(s.Store.Read(), listener).DefaultRule
	all := []string{web, listener, rule, group, def}
	ok(s, s.AddTags, &sdk.AddTagsInput{ResourceArns: all, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("1")}, {Key: aws.String("a")}}})
	ok(s, s.AddTags, &sdk.AddTagsInput{ResourceArns: all, Tags: []types.Tag{{Key: aws.String("A"), Value: aws.String("2")}}})
	ok(s, s.RemoveTags, &sdk.RemoveTagsInput{ResourceArns: all, TagKeys: []string{"a", "gone"}})
	described := ok(s, s.DescribeTags, &sdk.DescribeTagsInput{ResourceArns: all}).TagDescriptions
	if len(described) != len(all) {
		t.Fatalf("%+v", described)
	}
	for i, d := range described {
		if *d.ResourceArn != all[i] || len(d.Tags) != 2 || *d.Tags[0].Key != "b" || *d.Tags[1].Value != "2" {
			t.Errorf("%s: %+v", *d.ResourceArn, d.Tags)
		}
	}
	refused(s, s.AddTags, &sdk.AddTagsInput{ResourceArns: all[:1], Tags: []types.Tag{{Key: aws.String("x")}, {Key: aws.String("x")}}},
		"DuplicateTagKeys", "Tag key 'x' was specified more than once")
	refused(s, s.DescribeTags, &sdk.DescribeTagsInput{ResourceArns: []string{group + "0"}}, "TargetGroupNotFound", "Target groups '"+group+"0' not found")
}
