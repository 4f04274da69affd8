package elasticloadbalancingv2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func TestTargetGroupAttributes(t *testing.T) {
	s := newScene(t)
	group := s.group("web")
	recorded := [][2]string{
		{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
		{"deregistration_delay.timeout_seconds", "300"}, {"stickiness.type", "lb_cookie"}, {"stickiness.lb_cookie.duration_seconds", "86400"},
		{"slow_start.duration_seconds", "0"}, {"stickiness.app_cookie.duration_seconds", "86400"}, {"load_balancing.algorithm.type", "round_robin"},
		{"load_balancing.cross_zone.enabled", "use_load_balancer_configuration"},
		{"target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"},
		{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"}, {"stickiness.enabled", "false"},
		{"target_group_health.dns_failover.minimum_healthy_targets.count", "1"}, {"stickiness.app_cookie.cookie_name", ""},
		{"load_balancing.algorithm.anomaly_mitigation", "off"},
	}
	got := ok(s, s.DescribeTargetGroupAttributes, &sdk.DescribeTargetGroupAttributesInput{TargetGroupArn: &group}).Attributes
	if len(got) != len(recorded) {
		t.Fatalf("%d attributes, want %d", len(got), len(recorded))
	}
	for i, want := range recorded {
		if *got[i].Key != want[0] || aws.ToString(got[i].Value) != want[1] {
			t.Errorf("%d: %s = %q, want %s = %q", i, *got[i].Key, aws.ToString(got[i].Value), want[0], want[1])
		}
	}
	modify := func(group, key, value string) *sdk.ModifyTargetGroupAttributesInput {
		return &sdk.ModifyTargetGroupAttributesInput{TargetGroupArn: &group, Attributes: []types.TargetGroupAttribute{{Key: &key, Value: &value}}}
	}
	after := ok(s, s.ModifyTargetGroupAttributes, modify(group, "deregistration_delay.timeout_seconds", "5")).Attributes
	if len(after) != 14 || *after[1].Value != "5" {
		t.Errorf("%+v", after)
	}
	refused(s, s.ModifyTargetGroupAttributes, modify(group, "stickiness.on", "true"), "ValidationError", "Target group attribute key 'stickiness.on' is not recognized")
	refused(s, s.ModifyTargetGroupAttributes, modify(group, "slow_start.duration_seconds", "5"), "ValidationError",
		"'slow_start.duration_seconds' value '5' must be between '30-900' inclusive")
	refused(s, s.ModifyTargetGroupAttributes, modify(group, "proxy_protocol_v2.enabled", "true"), "InvalidConfigurationRequest",
		"A target group with HTTP protocol does not support the attribute proxy_protocol_v2.enabled")
	refused(s, s.ModifyTargetGroupAttributes, modify(group, "load_balancing.algorithm.anomaly_mitigation", "on"), "InvalidConfigurationRequest",
		"You cannot enable both anomaly mitigation and round robin algorithm on a target group")
	ok(s, s.ModifyTargetGroupAttributes, modify(group, "load_balancing.algorithm.type", "weighted_random"))
	ok(s, s.ModifyTargetGroupAttributes, modify(group, "load_balancing.algorithm.anomaly_mitigation", "on"))
	starts := s.group("starts")
	ok(s, s.ModifyTargetGroupAttributes, modify(starts, "slow_start.duration_seconds", "30"))
	refused(s, s.ModifyTargetGroupAttributes, modify(starts, "load_balancing.algorithm.type", "least_outstanding_requests"), "InvalidConfigurationRequest",
		"You cannot enable both slow start and least outstanding requests algorithm on a target group")
	ok(s, s.ModifyTargetGroupAttributes, modify(starts, "slow_start.duration_seconds", "0"))
	ok(s, s.ModifyTargetGroupAttributes, modify(starts, "load_balancing.algorithm.type", "least_outstanding_requests"))
	refused(s, s.ModifyTargetGroupAttributes, modify(s.groupOf(s.tcpGroup("tcp")), "stickiness.type", "lb_cookie"), "InvalidConfigurationRequest",
		"Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol")
}

func TestDefaultsOfNetworkTargetGroups(t *testing.T) {
	s := newScene(t)
	for _, test := range []struct {
		protocol       types.ProtocolEnum
		kind           types.TargetTypeEnum
		client, closes string
	}{
		{"TCP", "ip", "false", "false"}, {"TLS", "ip", "false", "false"}, {"TCP", "instance", "true", "false"}, {"UDP", "ip", "true", "true"}, {"TCP_UDP", "instance", "true", "true"},
	} {
		in := s.httpGroup("g" + string(test.kind[:2]) + map[types.ProtocolEnum]string{"TCP": "t", "TLS": "s", "UDP": "u", "TCP_UDP": "b"}[test.protocol])
		in.Protocol, in.TargetType = test.protocol, test.kind
		group := s.groupOf(in)
		values := map[string]string{}
		for _, a := range ok(s, s.DescribeTargetGroupAttributes, &sdk.DescribeTargetGroupAttributesInput{TargetGroupArn: &group}).Attributes {
			values[*a.Key] = aws.ToString(a.Value)
		}
		if values["preserve_client_ip.enabled"] != test.client || values["deregistration_delay.connection_termination.enabled"] != test.closes ||
			values["stickiness.type"] != "source_ip" {
			t.Errorf("%s by %s: %v", test.protocol, test.kind, values)
		}
	}
}

func TestLoadBalancerAttributes(t *testing.T) {
	s := newScene(t)
	balancer := s.alb("web")
	modify := func(key, value string) *sdk.ModifyLoadBalancerAttributesInput {
		return &sdk.ModifyLoadBalancerAttributesInput{LoadBalancerArn: &balancer, Attributes: []types.LoadBalancerAttribute{{Key: &key, Value: &value}}}
	}
	ok(s, s.ModifyLoadBalancerAttributes, modify("deletion_protection.enabled", "true"))
	for _, a := range ok(s, s.DescribeLoadBalancerAttributes, &sdk.DescribeLoadBalancerAttributesInput{LoadBalancerArn: &balancer}).Attributes {
		want, checked := map[string]string{
			"deletion_protection.enabled": "true", "idle_timeout.timeout_seconds": "60", "load_balancing.cross_zone.enabled": "true", "routing.http2.enabled": "true",
		}[*a.Key]
		if checked && *a.Value != want {
			t.Errorf("%s = %q, want %q", *a.Key, *a.Value, want)
		}
	}
	refused(s, s.DeleteLoadBalancer, &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &balancer}, "OperationNotPermitted",
		"Load balancer '"+balancer+"' cannot be deleted because deletion protection is enabled")
	refused(s, s.ModifyLoadBalancerAttributes, modify("idle_timeout", "1"), "ValidationError", "Load balancer attribute key 'idle_timeout' is not recognized")
	ok(s, s.ModifyLoadBalancerAttributes, modify("deletion_protection.enabled", "false"))
	ok(s, s.DeleteLoadBalancer, &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &balancer})
}

func TestListenerAttributes(t *testing.T) {
	s := newScene(t)
	listener := s.listener(s.alb("web"), 80, answer("200"))
	modify := func(key, value string) *sdk.ModifyListenerAttributesInput {
		return &sdk.ModifyListenerAttributesInput{ListenerArn: &listener, Attributes: []types.ListenerAttribute{{Key: &key, Value: &value}}}
	}
	ok(s, s.ModifyListenerAttributes, modify("routing.http.response.server.enabled", "false"))
	all := ok(s, s.DescribeListenerAttributes, &sdk.DescribeListenerAttributesInput{ListenerArn: &listener}).Attributes
	if len(all) != 11 {
		t.Errorf("%d attributes", len(all))
	}
	for _, a := range all {
		if *a.Key == "routing.http.response.server.enabled" && *a.Value != "false" {
			t.Errorf("%+v", a)
		}
	}
	refused(s, s.ModifyListenerAttributes, modify("tcp.idle_timeout.seconds", "60"), "InvalidConfigurationRequest",
		"The provided listener attribute is not supported")
}

func TestNamesOfHeaders(t *testing.T) {
	s := newScene(t)
	out := ok(s, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: aws.String(s.alb("web")), Port: aws.Int32(443), Protocol: types.ProtocolEnumHttps,
		Certificates: []types.Certificate{{CertificateArn: aws.String(certificate + "a")}}, DefaultActions: []types.Action{answer("200")},
	})
	modify := func(value string) *sdk.ModifyListenerAttributesInput {
		return &sdk.ModifyListenerAttributesInput{ListenerArn: out.Listeners[0].ListenerArn, Attributes: []types.ListenerAttribute{
			{Key: aws.String("routing.http.request.x_amzn_tls_version.header_name"), Value: &value}}}
	}
	ok(s, s.ModifyListenerAttributes, modify("X-Version"))
	refused(s, s.ModifyListenerAttributes, modify("X Version:"), "ValidationError",
		"The value of 'routing.http.request.x_amzn_tls_version.header_name' contains invalid characters")
}
