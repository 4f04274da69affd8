package elasticloadbalancingv2_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func urlRewrite(regex, replace string) types.RuleTransform {
	return types.RuleTransform{Type: types.TransformTypeEnumUrlRewrite, UrlRewriteConfig: &types.UrlRewriteConfig{
		Rewrites: []types.RewriteConfig{{Regex: &regex, Replace: &replace}}}}
}

func hostRewrite(regex, replace string) types.RuleTransform {
	return types.RuleTransform{Type: types.TransformTypeEnumHostHeaderRewrite, HostHeaderRewriteConfig: &types.HostHeaderRewriteConfig{
		Rewrites: []types.RewriteConfig{{Regex: &regex, Replace: &replace}}}}
}

func TestTransformsOfARule(t *testing.T) {
	s := newScene(t)
	listener := s.listener(s.alb("web"), 80, answer("404"))
	in := &sdk.CreateRuleInput{
		ListenerArn: &listener, Priority: aws.Int32(1), Conditions: []types.RuleCondition{condition("path-pattern", "/b")},
		Actions: []types.Action{forward(s.group("web"))}, Transforms: []types.RuleTransform{hostRewrite("^a", "b"), urlRewrite("^/a", "/b")},
	}
	made := ok(s, s.CreateRule, in).Rules[0]
	if len(made.Transforms) != 2 || *made.Transforms[1].UrlRewriteConfig.Rewrites[0].Replace != "/b" {
		t.Errorf("%+v", made.Transforms)
	}
	modify := func(transforms ...types.RuleTransform) *sdk.ModifyRuleInput {
		return &sdk.ModifyRuleInput{RuleArn: made.RuleArn, Transforms: transforms}
	}
	if r := ok(s, s.ModifyRule, modify(urlRewrite("^/c", "/d"))).Rules[0]; len(r.Transforms) != 1 || len(r.Conditions) != 1 {
		t.Errorf("%+v", r)
	}
	reset := &sdk.ModifyRuleInput{RuleArn: made.RuleArn, ResetTransforms: aws.Bool(true)}
	if r := ok(s, s.ModifyRule, reset).Rules[0]; r.Transforms == nil || len(r.Transforms) != 0 {
		t.Errorf("%+v", r)
	}

	two := urlRewrite("a", "b")
	two.UrlRewriteConfig.Rewrites = append(two.UrlRewriteConfig.Rewrites, two.UrlRewriteConfig.Rewrites[0])
	reset.Transforms = []types.RuleTransform{urlRewrite("^/c", "/d")}
	refused(s, s.ModifyRule, reset, "ValidationError", "You cannot provide both Transforms and ResetTransforms")
	for _, test := range []struct {
		text       string
		transforms []types.RuleTransform
	}{
		{"A rule can only have one transform of type 'url-rewrite'", []types.RuleTransform{urlRewrite("a", "b"), urlRewrite("c", "d")}},
		{"A transform of type 'url-rewrite' must have 'UrlRewriteConfig' and nothing else", []types.RuleTransform{{Type: "url-rewrite"}}},
		{"A transform of type 'url-rewrite' must have exactly one rewrite", []types.RuleTransform{two}},
		{"The regular expression '(?=a)' is not valid", []types.RuleTransform{urlRewrite("(?=a)", "b")}},
		{`The regular expression '\p{L}' is not valid`, []types.RuleTransform{urlRewrite(`\p{L}`, "b")}},
		{"1 validation error detected: Value 'body-rewrite' at 'transforms.1.member.type' failed to satisfy constraint: Member must satisfy enum value set: [host-header-rewrite, url-rewrite]",
			[]types.RuleTransform{{Type: "body-rewrite"}}},
	} {
		refused(s, s.ModifyRule, modify(test.transforms...), "ValidationError", test.text)
	}
}

func TestExpressionsOfConditions(t *testing.T) {
	s := newScene(t)
	listener := s.listener(s.alb("web"), 80, answer("404"))
	create := func(priority int32, conditions ...types.RuleCondition) *sdk.CreateRuleInput {
		return &sdk.CreateRuleInput{ListenerArn: &listener, Priority: &priority, Conditions: conditions, Actions: []types.Action{answer("201")}}
	}
	header := func(values, expressions []string) types.RuleCondition {
		return types.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{
			HttpHeaderName: aws.String("X-Color"), Values: values, RegexValues: expressions}}
	}
	path := types.RuleCondition{Field: aws.String("path-pattern"), RegexValues: []string{`^/a\d/(.*)$`}}
	host := types.RuleCondition{Field: aws.String("host-header"), HostHeaderConfig: &types.HostHeaderConditionConfig{RegexValues: []string{`^(.*)\.example\.com$`}}}
	r := ok(s, s.CreateRule, create(1, path, host, header(nil, []string{"^blue", "red$"}))).Rules[0]
	for _, c := range r.Conditions {
		if *c.Field == "path-pattern" && (c.PathPatternConfig.RegexValues[0] != c.RegexValues[0] || c.Values != nil) ||
			*c.Field == "host-header" && c.HostHeaderConfig.RegexValues[0] != c.RegexValues[0] ||
			*c.Field == "http-header" && len(c.HttpHeaderConfig.RegexValues) != 2 {
			t.Errorf("%+v", c)
		}
	}
	both := host
	both.RegexValues = []string{"a"}
	long := strings.Repeat("a", 129)
	for _, test := range []struct {
		text string
		with types.RuleCondition
	}{
		{"A rule can only have '5' condition values and regex values", types.RuleCondition{Field: aws.String("path-pattern"), RegexValues: []string{"1", "2", "3", "4", "5", "6"}}},
		{"You cannot provide both RegexValues and 'HostHeaderConfig' for a condition of type 'host-header'", both},
		{"You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HttpHeaderConfig'", header([]string{"a"}, []string{"a"})},
		{"'RegexValues' is not supported for a condition of type 'source-ip'", types.RuleCondition{Field: aws.String("source-ip"), RegexValues: []string{"a"}}},
		{"The regular expression '(a' is not valid", header(nil, []string{"(a"})},
		{"Condition value for 'http-header' cannot contain more than 128 characters", header(nil, []string{long})},
		{"You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HttpHeaderConfig'", header(nil, nil)},
	} {
		refused(s, s.CreateRule, create(2, test.with), "ValidationError", test.text)
	}
}
