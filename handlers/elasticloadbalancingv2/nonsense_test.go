package elasticloadbalancingv2_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

// For any request, the answer is one that the client reads, and the next one can still
// describe all there is.
func TestNonsense(t *testing.T) {
	s := newScene(t)
	balancer, group := s.alb("web"), s.group("web")
	listener := s.listener(balancer, 80, forward(group))
	rule := s.rule(listener, 10, "/a", answer("200"))
	name := aws.String("other")
	tags := []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
	targets := []types.TargetDescription{{Id: aws.String("10.9.9.9"), Port: aws.Int32(80), AvailabilityZone: aws.String("all")}}
	paths := []types.RuleCondition{condition("path-pattern", "/b")}
	header := []types.RuleCondition{{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{
		HttpHeaderName: aws.String("X-A"), Values: []string{"b"}}}}
	query := []types.RuleCondition{{Field: aws.String("query-string"), QueryStringConfig: &types.QueryStringConditionConfig{
		Values: []types.QueryStringKeyValuePair{{Key: aws.String("a"), Value: aws.String("b")}}}}}
	redirect := []types.Action{{Type: "redirect", RedirectConfig: &types.RedirectActionConfig{StatusCode: "HTTP_301", Host: aws.String("example.com")}}}

	apitest.Nonsense(t, s.CreateLoadBalancer, sdk.CreateLoadBalancerInput{Name: name, Subnets: s.subnets()[:2], Tags: tags})
	apitest.Nonsense(t, s.CreateTargetGroup, sdk.CreateTargetGroupInput{
		Name: name, Protocol: "HTTP", Port: aws.Int32(80), TargetType: "ip", VpcId: aws.String(ec2network.DefaultVPC), Tags: tags,
	})
	apitest.Nonsense(t, s.CreateListener, sdk.CreateListenerInput{
		LoadBalancerArn: &balancer, Port: aws.Int32(81), Protocol: "HTTP", DefaultActions: []types.Action{answer("200")}, Tags: tags,
	})
	apitest.Nonsense(t, s.ModifyListener, sdk.ModifyListenerInput{ListenerArn: &listener, DefaultActions: redirect})
	for i, conditions := range [][]types.RuleCondition{paths, header, query} {
		apitest.Nonsense(t, s.CreateRule, sdk.CreateRuleInput{
			ListenerArn: &listener, Priority: aws.Int32(int32(100 + i)), Conditions: conditions, Actions: []types.Action{forward(group)}, Tags: tags,
		})
	}
	apitest.Nonsense(t, s.ModifyRule, sdk.ModifyRuleInput{RuleArn: &rule, Conditions: header, Actions: []types.Action{answer("200")}})
	apitest.Nonsense(t, s.SetRulePriorities, sdk.SetRulePrioritiesInput{RulePriorities: []types.RulePriorityPair{{RuleArn: &rule, Priority: aws.Int32(11)}}})
	apitest.Nonsense(t, s.ModifyTargetGroup, sdk.ModifyTargetGroupInput{TargetGroupArn: &group, Matcher: &types.Matcher{HttpCode: aws.String("200")}})
	apitest.Nonsense(t, s.RegisterTargets, sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: targets})
	apitest.Nonsense(t, s.DescribeTargetHealth, sdk.DescribeTargetHealthInput{TargetGroupArn: &group, Targets: targets})
	apitest.Nonsense(t, s.DeregisterTargets, sdk.DeregisterTargetsInput{TargetGroupArn: &group, Targets: targets})
	apitest.Nonsense(t, s.ModifyLoadBalancerAttributes, sdk.ModifyLoadBalancerAttributesInput{LoadBalancerArn: &balancer, Attributes: []types.LoadBalancerAttribute{
		{Key: aws.String("access_logs.s3.prefix"), Value: aws.String("a")}}})
	apitest.Nonsense(t, s.ModifyTargetGroupAttributes, sdk.ModifyTargetGroupAttributesInput{TargetGroupArn: &group, Attributes: []types.TargetGroupAttribute{
		{Key: aws.String("stickiness.app_cookie.cookie_name"), Value: aws.String("a")}}})
	apitest.Nonsense(t, s.ModifyListenerAttributes, sdk.ModifyListenerAttributesInput{ListenerArn: &listener, Attributes: []types.ListenerAttribute{
		{Key: aws.String("routing.http.response.x_frame_options.header_value"), Value: aws.String("DENY")}}})
	apitest.Nonsense(t, s.SetSubnets, sdk.SetSubnetsInput{LoadBalancerArn: &balancer, Subnets: s.subnets()[:2]})
	apitest.Nonsense(t, s.SetSecurityGroups, sdk.SetSecurityGroupsInput{LoadBalancerArn: &balancer, SecurityGroups: []string{"sg-0"}})
	apitest.Nonsense(t, s.SetIpAddressType, sdk.SetIpAddressTypeInput{LoadBalancerArn: &balancer, IpAddressType: "ipv4"})
	apitest.Nonsense(t, s.AddListenerCertificates, sdk.AddListenerCertificatesInput{ListenerArn: &listener, Certificates: []types.Certificate{{CertificateArn: aws.String(certificate)}}})
	apitest.Nonsense(t, s.RemoveListenerCertificates, sdk.RemoveListenerCertificatesInput{ListenerArn: &listener, Certificates: []types.Certificate{{CertificateArn: aws.String(certificate)}}})
	apitest.Nonsense(t, s.AddTags, sdk.AddTagsInput{ResourceArns: []string{rule}, Tags: tags})
	apitest.Nonsense(t, s.RemoveTags, sdk.RemoveTagsInput{ResourceArns: []string{rule}, TagKeys: []string{"a"}})

	apitest.Nonsense(t, s.DescribeLoadBalancers, sdk.DescribeLoadBalancersInput{})
	apitest.Nonsense(t, s.DescribeLoadBalancerAttributes, sdk.DescribeLoadBalancerAttributesInput{LoadBalancerArn: &balancer})
	apitest.Nonsense(t, s.DescribeTargetGroups, sdk.DescribeTargetGroupsInput{})
	apitest.Nonsense(t, s.DescribeTargetGroupAttributes, sdk.DescribeTargetGroupAttributesInput{TargetGroupArn: &group})
	apitest.Nonsense(t, s.DescribeListeners, sdk.DescribeListenersInput{LoadBalancerArn: &balancer})
	apitest.Nonsense(t, s.DescribeListenerAttributes, sdk.DescribeListenerAttributesInput{ListenerArn: &listener})
	apitest.Nonsense(t, s.DescribeListenerCertificates, sdk.DescribeListenerCertificatesInput{ListenerArn: &listener})
	apitest.Nonsense(t, s.DescribeRules, sdk.DescribeRulesInput{ListenerArn: &listener})
	apitest.Nonsense(t, s.DescribeTags, sdk.DescribeTagsInput{ResourceArns: []string{rule}})
	apitest.Nonsense(t, s.DescribeSSLPolicies, sdk.DescribeSSLPoliciesInput{})
	apitest.Nonsense(t, s.DescribeAccountLimits, sdk.DescribeAccountLimitsInput{})
	apitest.Nonsense(t, s.DescribeCapacityReservation, sdk.DescribeCapacityReservationInput{LoadBalancerArn: &balancer})

	apitest.Nonsense(t, s.DeleteRule, sdk.DeleteRuleInput{RuleArn: &rule})
	apitest.Nonsense(t, s.DeleteListener, sdk.DeleteListenerInput{ListenerArn: &listener})
	apitest.Nonsense(t, s.DeleteTargetGroup, sdk.DeleteTargetGroupInput{TargetGroupArn: &group})
	apitest.Nonsense(t, s.DeleteLoadBalancer, sdk.DeleteLoadBalancerInput{LoadBalancerArn: &balancer})
}

// What belongs to something else is refused: it would else be lost.
func TestMembersOfOthers(t *testing.T) {
	s := newScene(t)
	balancer, group := s.alb("web"), s.group("web")
	listener := s.listener(balancer, 80, forward(group))

	both := answer("200")
	both.TargetGroupArn = &group
	modify := &sdk.ModifyListenerInput{ListenerArn: &listener, DefaultActions: []types.Action{both}}
	refused(s, s.ModifyListener, modify, "InvalidLoadBalancerAction", "Actions of type 'fixed-response' cannot have the field 'TargetGroupArn'")
	both = forward(group)
	both.AuthenticateOidcConfig = &types.AuthenticateOidcActionConfig{
		Issuer: &group, AuthorizationEndpoint: &group, TokenEndpoint: &group, UserInfoEndpoint: &group, ClientId: &group,
	}
	modify.DefaultActions = []types.Action{both}
	refused(s, s.ModifyListener, modify, "InvalidLoadBalancerAction", "Actions of type 'forward' cannot have the field 'AuthenticateOidcConfig'")
	modify.DefaultActions = []types.Action{{Type: "redirect", RedirectConfig: &types.RedirectActionConfig{StatusCode: "HTTP_301", Host: aws.String("a\r\nb")}}}
	refused(s, s.ModifyListener, modify, "InvalidLoadBalancerAction", "The redirect contains a character that is not valid")
	unbuilt(s, s.ModifyListener, &sdk.ModifyListenerInput{ListenerArn: &listener, MutualAuthentication: &types.MutualAuthenticationAttributes{TrustStoreArn: &group}},
		"mutual authentication")

	rule := func(c types.RuleCondition) *sdk.CreateRuleInput {
		return &sdk.CreateRuleInput{ListenerArn: &listener, Priority: aws.Int32(1), Conditions: []types.RuleCondition{c}, Actions: []types.Action{answer("200")}}
	}
	path := condition("path-pattern", "/a")
	path.SourceIpConfig = &types.SourceIpConditionConfig{Values: []string{"10.0.0.0/8"}}
	refused(s, s.CreateRule, rule(path), "ValidationError", "A condition of type 'path-pattern' cannot have the configuration of one of type 'source-ip'")
	header := types.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{
		HttpHeaderName: aws.String("X Y"), Values: []string{"b"}}}
	refused(s, s.CreateRule, rule(header), "ValidationError", "The HTTP header name 'X Y' is not valid")
	header.HttpHeaderConfig = &types.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X"), Values: []string{"\x01"}}
	refused(s, s.CreateRule, rule(header), "ValidationError", "Condition value '\ufffd' contains a character that is not valid")
	query := types.RuleCondition{Field: aws.String("query-string"), QueryStringConfig: &types.QueryStringConditionConfig{
		Values: []types.QueryStringKeyValuePair{{Key: aws.String("\x7f"), Value: aws.String("b")}}}}
	refused(s, s.CreateRule, rule(query), "ValidationError", "The key '\x7f' of a query string is not valid")

	matcher := &types.Matcher{GrpcCode: aws.String("12")}
	refused(s, s.ModifyTargetGroup, &sdk.ModifyTargetGroupInput{TargetGroupArn: &group, Matcher: matcher}, "ValidationError",
		"Health check matcher HTTP code cannot be empty")
	quic := []types.TargetDescription{{Id: aws.String("10.9.9.9"), AvailabilityZone: aws.String("all"), QuicServerId: aws.String("0x0123456789abcdef")}}
	unbuilt(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: quic}, "QuicServerId")
	cookie := []types.TargetGroupAttribute{{Key: aws.String("stickiness.app_cookie.cookie_name"), Value: aws.String("a;b")}}
	refused(s, s.ModifyTargetGroupAttributes, &sdk.ModifyTargetGroupAttributesInput{TargetGroupArn: &group, Attributes: cookie}, "InvalidConfigurationRequest",
		"The cookie name 'a;b' contains a character that is not valid")
	frame := []types.ListenerAttribute{{Key: aws.String("routing.http.response.x_frame_options.header_value"), Value: aws.String("a\nb")}}
	refused(s, s.ModifyListenerAttributes, &sdk.ModifyListenerAttributesInput{ListenerArn: &listener, Attributes: frame}, "ValidationError",
		"The value of 'routing.http.response.x_frame_options.header_value' must be from the following: [DENY, SAMEORIGIN], but was 'a\nb'")
}

// What the model demands is refused in the framework's words.
func TestDemandsOfTheModel(t *testing.T) {
	s := newScene(t)
	balancer, group := s.alb("web"), s.group("web")
	const one = "1 validation error detected: "
	refused(s, s.DescribeTargetHealth, &sdk.DescribeTargetHealthInput{TargetGroupArn: &group, Include: []types.DescribeTargetHealthInputIncludeEnum{"x"}}, "ValidationError",
		one+"Value 'x' at 'include.1.member' failed to satisfy constraint: Member must satisfy enum value set: [AnomalyDetection, All]")
	refused(s, s.SetSubnets, &sdk.SetSubnetsInput{LoadBalancerArn: &balancer, EnablePrefixForIpv6SourceNat: "x"}, "ValidationError",
		one+"Value 'x' at 'enablePrefixForIpv6SourceNat' failed to satisfy constraint: Member must satisfy enum value set: [on, off]")
	refused(s, s.SetSecurityGroups, &sdk.SetSecurityGroupsInput{LoadBalancerArn: &balancer, SecurityGroups: []string{"sg-1"}, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "x"},
		"ValidationError", one+"Value 'x' at 'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic' failed to satisfy constraint: Member must satisfy enum value set: [on, off]")
	refused(s, s.AddTags, &sdk.AddTagsInput{ResourceArns: []string{group}, Tags: []types.Tag{}}, "ValidationError",
		one+"Value '[]' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
	attribute := []types.TargetGroupAttribute{{Key: aws.String("a b"), Value: aws.String("c")}}
	refused(s, s.ModifyTargetGroupAttributes, &sdk.ModifyTargetGroupAttributesInput{TargetGroupArn: &group, Attributes: attribute}, "ValidationError",
		one+"Value 'a b' at 'attributes.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9._]+$")
	refused(s, s.RemoveTags, &sdk.RemoveTagsInput{ResourceArns: []string{group}, TagKeys: []string{"a", ""}}, "ValidationError",
		one+"Value '[a, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, "+
			`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]`)
	refused(s, s.DescribeTags, &sdk.DescribeTagsInput{ResourceArns: slices.Repeat([]string{"a"}, 21)}, "ValidationError",
		one+"Value '["+strings.Repeat("a, ", 20)+"a]' at 'resourceArns' failed to satisfy constraint: Member must have length less than or equal to 20")
	rewrite := types.RuleTransform{Type: types.TransformTypeEnumUrlRewrite, UrlRewriteConfig: &types.UrlRewriteConfig{Rewrites: []types.RewriteConfig{{Regex: aws.String("a"), Replace: aws.String(strings.Repeat("b", 1025))}}}}
	refused(s, s.ModifyRule, &sdk.ModifyRuleInput{RuleArn: &group, Transforms: []types.RuleTransform{rewrite}}, "ValidationError",
		one+"Value '"+*rewrite.UrlRewriteConfig.Rewrites[0].Replace+"' at 'transforms.1.member.urlRewriteConfig.rewrites.1.member.replace' failed to satisfy constraint: Member must have length less than or equal to 1024")
	refused(s, s.ModifyTargetGroupAttributes, &sdk.ModifyTargetGroupAttributesInput{TargetGroupArn: &group, Attributes: []types.TargetGroupAttribute{}}, "ValidationError",
		one+"Value '[]' at 'attributes' failed to satisfy constraint: Member must have length greater than or equal to 1")
	idle := slices.Repeat([]types.LoadBalancerAttribute{{Key: aws.String("idle_timeout.timeout_seconds"), Value: aws.String("5")}}, 21)
	refused(s, s.ModifyLoadBalancerAttributes, &sdk.ModifyLoadBalancerAttributesInput{LoadBalancerArn: &balancer, Attributes: idle}, "ValidationError",
		one+"Value '["+strings.Repeat("LoadBalancerAttribute(key=idle_timeout.timeout_seconds, value=5), ", 20)+"LoadBalancerAttribute(key=idle_timeout.timeout_seconds, value=5)]' at 'attributes' failed to satisfy constraint: Member must have length less than or equal to 20")
}
