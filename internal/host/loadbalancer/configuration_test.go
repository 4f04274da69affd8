package loadbalancer

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

func TestConfigurationHasAPieceForEachRow(t *testing.T) {
	group := &elbv2.TargetGroup{
		ARN: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1", Attributes: elbv2.Attributes{"slow_start.duration_seconds": "30"},
		HealthCheck: elbv2.HealthCheck{Protocol: "HTTP", Port: elbv2.TrafficPort, Path: "/health", Interval: 30, Timeout: 5, Healthy: 5, Unhealthy: 2, HTTPCode: "200"},
	}
	target := func(id, zone string) Target {
		return Target{Target: &elbv2.Target{GroupARN: "group", ID: id, Port: 8080, Zone: zone}, Address: netip.MustParseAddr(id)}
	}
	lost := target("10.0.0.9", "")
	lost.Address = netip.Addr{} // its instance is gone
	v := View{
		LoadBalancer: &elbv2.LoadBalancer{ARN: "web", DNSName: "web.example", Zones: []elbv2.Zone{{Name: "us-east-1a"}}, Attributes: elbv2.Attributes{"idle_timeout.timeout_seconds": "10"}},
		Groups:       []Group{{group, []Target{target("10.0.0.1", "us-east-1a"), target("10.0.0.2", "us-east-1b"), target("10.0.0.3", elbv2.AllZones), lost}}},
		Certificates: []balancer.Certificate{{ID: "first"}},
		Listeners: []Listener{{
			&elbv2.Listener{ARN: "listener", Port: 443, Protocol: "HTTPS", Certificate: "first", Certificates: []string{"second"}, Attributes: elbv2.Attributes{"k": "v"}},
			[]*elbv2.Rule{{ARN: "default", Actions: []elb.Action{{TargetGroupArn: aws.String("group")}}}},
		}},
	}
	want := []balancer.Piece{
		{Certificate: &balancer.Certificate{ID: "first"}},
		{TargetGroup: &balancer.TargetGroup{
			ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1", Attributes: group.Settings(),
			HealthCheck: balancer.HealthCheck{
				Enabled: true, Protocol: "HTTP", Path: "/health", IntervalSeconds: 30, TimeoutSeconds: 5, HealthyThreshold: 5, UnhealthyThreshold: 2, Matcher: "200",
			},
		}},
		{Target: &balancer.Target{Group: "group", ID: "10.0.0.1:8080", Addr: netip.MustParseAddrPort("10.0.0.1:8080")}},
		{Target: &balancer.Target{Group: "group", ID: "10.0.0.3:8080", Addr: netip.MustParseAddrPort("10.0.0.3:8080")}},
		{Listener: &balancer.Listener{
			ID: "listener", Port: 443, Protocol: "HTTPS", Host: "web.example", Certificates: []string{"first", "second"},
			Attributes: map[string]string{"idle_timeout.timeout_seconds": "10", "k": "v"},
			Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{
				Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "group", Weight: 1}}},
			}}},
		}},
	}
	if diff := cmp.Diff(want, new(composer).Configure(v), cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); diff != "" {
		t.Error(diff)
	}
}

// Connections to targets of UDP end with their draining, unless an attribute says otherwise.
func TestDefaultsFollowTheProtocol(t *testing.T) {
	const key = "deregistration_delay.connection_termination.enabled"
	for protocol, want := range map[elb.ProtocolEnum]string{"UDP": "true", "TCP": "false"} {
		if got := targetGroup(&elbv2.TargetGroup{Protocol: protocol}).Attributes[key]; got != want {
			t.Errorf("%s: %q, want %q", protocol, got, want)
		}
	}
}

func TestActionsAreWhatTheyAnswer(t *testing.T) {
	for what, c := range map[string]struct {
		actions []elb.Action
		want    balancer.Action
	}{
		"a redirect": {
			[]elb.Action{{RedirectConfig: &elb.RedirectActionConfig{Protocol: aws.String("HTTPS"), Port: aws.String("443"), StatusCode: elb.RedirectActionStatusCodeEnumHttp301}}},
			balancer.Action{Redirect: &balancer.Redirect{Protocol: "HTTPS", Port: "443", StatusCode: 301}},
		},
		"an answer": {
			[]elb.Action{{FixedResponseConfig: &elb.FixedResponseActionConfig{StatusCode: aws.String("503"), ContentType: aws.String("text/plain"), MessageBody: aws.String("closed")}}},
			balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 503, ContentType: "text/plain", MessageBody: "closed"}},
		},
		"weights": {
			[]elb.Action{{ForwardConfig: &elb.ForwardActionConfig{
				TargetGroups:                []elb.TargetGroupTuple{{TargetGroupArn: aws.String("blue"), Weight: aws.Int32(0)}, {TargetGroupArn: aws.String("green")}},
				TargetGroupStickinessConfig: &elb.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)},
			}}},
			balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "blue"}, {Group: "green", Weight: 1}}, StickySeconds: 60}},
		},
	} {
		if diff := cmp.Diff(c.want, action(c.actions)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestPoliciesOfAListenerSayWhatItSpeaks(t *testing.T) {
	got := security(&elbv2.Listener{Protocol: "TLS", SSLPolicy: "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", ALPNPolicy: "HTTP2Optional"})
	want := &balancer.Security{
		Protocols: []string{"TLSv1.3"}, Ciphers: []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
		PostQuantum: true, ALPN: []string{"http/1.1", "http/1.0", "h2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, policy := range []string{"None", ""} {
		if got := security(&elbv2.Listener{Protocol: "TLS", SSLPolicy: elbv2.DefaultSSLPolicy, ALPNPolicy: policy}); got.ALPN != nil || got.PostQuantum {
			t.Errorf("%q: %+v", policy, got)
		}
	}
}

func TestConditionsHaveTheirValuesInEitherPlace(t *testing.T) {
	for _, c := range []struct {
		row  elb.RuleCondition
		want balancer.Condition
	}{
		{elb.RuleCondition{Field: aws.String("path-pattern"), Values: []string{"/a"}}, balancer.Condition{Field: "path-pattern", Values: []string{"/a"}}},
		{
			elb.RuleCondition{Field: aws.String("host-header"), HostHeaderConfig: &elb.HostHeaderConditionConfig{Values: []string{"a.example"}}},
			balancer.Condition{Field: "host-header", Values: []string{"a.example"}},
		},
		{
			elb.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &elb.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X-A"), Values: []string{"b"}}},
			balancer.Condition{Field: "http-header", Header: "X-A", Values: []string{"b"}},
		},
		{
			elb.RuleCondition{Field: aws.String("query-string"), QueryStringConfig: &elb.QueryStringConditionConfig{Values: []elb.QueryStringKeyValuePair{{Key: aws.String("k"), Value: aws.String("v")}}}},
			balancer.Condition{Field: "query-string", Query: []balancer.QueryPair{{Key: "k", Value: "v"}}},
		},
		{
			elb.RuleCondition{Field: aws.String("host-header"), RegexValues: []string{"^a"}, HostHeaderConfig: &elb.HostHeaderConditionConfig{RegexValues: []string{"^a"}}},
			balancer.Condition{Field: "host-header", Regex: []string{"^a"}},
		},
		{
			elb.RuleCondition{Field: aws.String("path-pattern"), PathPatternConfig: &elb.PathPatternConditionConfig{RegexValues: []string{"^/a"}}},
			balancer.Condition{Field: "path-pattern", Regex: []string{"^/a"}},
		},
		{
			elb.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &elb.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X-A"), RegexValues: []string{"b"}}},
			balancer.Condition{Field: "http-header", Header: "X-A", Regex: []string{"b"}},
		},
	} {
		if diff := cmp.Diff(c.want, condition(c.row)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTransformsKeepTheirOrder(t *testing.T) {
	rewrite := func(regex, replace string) []elb.RewriteConfig {
		return []elb.RewriteConfig{{Regex: &regex, Replace: &replace}}
	}
	got := transforms([]elb.RuleTransform{
		{Type: "url-rewrite", UrlRewriteConfig: &elb.UrlRewriteConfig{Rewrites: rewrite("^/a", "/b")}},
		{Type: "host-header-rewrite", HostHeaderRewriteConfig: &elb.HostHeaderRewriteConfig{Rewrites: rewrite("a", "b")}},
	})
	want := []balancer.Transform{{Type: "url-rewrite", Regex: "^/a", Replace: "/b"}, {Type: "host-header-rewrite", Regex: "a", Replace: "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTargetsAreKnownByIDAndPort(t *testing.T) {
	for _, id := range []string{"10.0.0.1", "i-0123456789abcdef0", "fd00::1"} {
		if again, port := parseTargetID(targetID(id, 8080)); again != id || port != 8080 {
			t.Errorf("%s comes back as %s and %d", id, again, port)
		}
	}
}
