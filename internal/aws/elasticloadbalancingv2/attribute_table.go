package elasticloadbalancingv2

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Source of the attributes and their defaults: ELBv2 API reference, LoadBalancerAttribute,
// TargetGroupAttribute, ListenerAttribute; ELB0001 for those of a group of HTTP; ELB0007 for what is
// said of other values.

// LoadBalancerAttributes of load balancers, in the order in which they are answered
// (ELB0007). One that only load balancers of IPv6 have is of none here.
var LoadBalancerAttributes = slices.Concat(
	logs("access_logs", both),
	logs("health_check_logs", Kinds{ALB}),
	[]Attribute{
		{Key: "idle_timeout.timeout_seconds", Of: Kinds{ALB}, Default: "60", Least: 1, Most: 4000, Acts: true},
		{Key: "deletion_protection.enabled", Of: both, Default: "false", Values: onOff, Acts: true},
		{Key: "routing.http2.enabled", Of: Kinds{ALB}, Default: "true", Values: onOff, Acts: true},
	},
	series(Attribute{Of: Kinds{ALB}, Default: "false", Values: onOff, Acts: true}, "routing.http.*.enabled",
		"drop_invalid_header_fields", "xff_client_port", "preserve_host_header"),
	[]Attribute{
		{Key: "routing.http.xff_header_processing.mode", Of: Kinds{ALB}, Default: "append", Values: []string{"append", "preserve", "remove"},
			Refusal: "'routing.http.xff_header_processing.mode' must be set as 'preserve', 'append', or 'remove'", Acts: true},
		{Key: "load_balancing.cross_zone.enabled", Of: both, Default: "true", DefaultOf: map[Kind]string{NLB: "false"}, Values: onOff},
		{Key: "routing.http.desync_mitigation_mode", Of: Kinds{ALB}, Default: "defensive", Values: []string{"monitor", "defensive", "strictest"},
			Refusal: "'{}' must be one of [defensive, monitor, strictest]", Acts: true},
		{Key: "client_keep_alive.seconds", Of: Kinds{ALB}, Default: "3600", Least: 60, Most: 604800,
			Refusal: "The value of 'client_keep_alive.seconds' must be an integer between 60 and 604800", Acts: true},
		{Key: "waf.fail_open.enabled", Of: Kinds{ALB}, Default: "false", Values: onOff},
		{Key: "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Of: Kinds{ALB}, Default: "false", Values: onOff, Acts: true},
		{Key: "zonal_shift.config.enabled", Of: both, Default: "false", Values: onOff},
	},
	logs("connection_logs", Kinds{ALB}),
	[]Attribute{
		{Key: "dns_record.client_routing_policy", Of: Kinds{NLB}, Default: "any_availability_zone", Values: []string{
			"availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"},
			Refusal: "'{}' is not a valid value for 'dns_record.client_routing_policy'"},
		{Key: "secondary_ips.auto_assigned.per_subnet", Of: Kinds{NLB}, Default: "0", Most: 7,
			Refusal: "Valid range for the number of secondary IP addresses is from '0-7'"},
		{Key: ForIPv6, Values: onOff},
	},
)

// ForIPv6 is the key of an attribute that load balancers of IPv4 have not.
const ForIPv6 = "ipv6.deny_all_igw_traffic"

// logs are the attributes of a kind of logs, which go to a bucket.
func logs(kind string, of Kinds) []Attribute {
	return []Attribute{
		{Key: kind + ".s3.enabled", Of: of, Default: "false", Values: onOff}, {Key: kind + ".s3.bucket", Of: of}, {Key: kind + ".s3.prefix", Of: of},
	}
}

var (
	both      = Kinds{ALB, NLB}
	networked = Kinds{NLB, UDP, TCPIP}
	anyGroup  = Kinds{ALB, NLB, UDP, TCPIP}
)

// TargetGroupAttributes of target groups. Where AWS keeps two in one place of its
// hash set, they stand in its order.
var TargetGroupAttributes = slices.Concat([]Attribute{
	{Key: "deregistration_delay.timeout_seconds", Of: anyGroup, Default: "300", Most: 3600, Acts: true},
	{Key: "stickiness.enabled", Of: anyGroup, Default: "false", Values: onOff, Acts: true},
	{Key: "stickiness.type", Of: anyGroup, Default: "source_ip", DefaultOf: map[Kind]string{ALB: "lb_cookie"},
		Values: []string{"lb_cookie", "app_cookie", "source_ip"}, Refusal: "'Stickiness type' must be one of [app_cookie, lb_cookie, source_ip]", Acts: true},
	{Key: "load_balancing.algorithm.type", Of: Kinds{ALB}, Default: "round_robin",
		Values:  []string{"round_robin", "least_outstanding_requests", "weighted_random"},
		Refusal: "'Load balancer algorithm' must be one of [round_robin, weighted_random, least_outstanding_requests]", Acts: true},
	{Key: "load_balancing.cross_zone.enabled", Of: anyGroup, Default: "use_load_balancer_configuration",
		Values:  []string{"true", "false", "use_load_balancer_configuration"},
		Refusal: "'load_balancing.cross_zone.enabled' must be one of use_load_balancer_configuration,true,false"},
	{Key: "target_group_health.dns_failover.minimum_healthy_targets.count", Of: anyGroup, Default: "1",
		Values: []string{"off"}, Least: 1, Most: 1000,
		Refusal: "The value of 'target_group_health.dns_failover.minimum_healthy_targets.count' must be 'off' or a positive integer"},
	{Key: "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Of: anyGroup, Default: "1", Least: 1, Most: 1000, Acts: true},

	{Key: "slow_start.duration_seconds", Of: Kinds{ALB}, Default: "0", Values: []string{"0"}, Least: 30, Most: 900, Acts: true},
	{Key: "stickiness.app_cookie.cookie_name", Of: Kinds{ALB}, Acts: true},
	{Key: "load_balancing.algorithm.anomaly_mitigation", Of: Kinds{ALB}, Default: "off", Values: []string{"on", "off"},
		Refusal: "'load_balancing.algorithm.anomaly_mitigation' must be one of [off, on]"},

	{Key: "deregistration_delay.connection_termination.enabled", Of: networked, Default: "false",
		DefaultOf: map[Kind]string{UDP: "true"}, Values: onOff, Acts: true},
	{Key: "preserve_client_ip.enabled", Of: networked, Default: "true", DefaultOf: map[Kind]string{TCPIP: "false"}, Values: onOff, Acts: true},
	{Key: "proxy_protocol_v2.enabled", Of: networked, Default: "false", Values: onOff, Acts: true},
	{Key: "target_health_state.unhealthy.connection_termination.enabled", Of: networked, Default: "true",
		DefaultOf: map[Kind]string{UDP: "false"}, Values: onOff},
	{Key: "target_health_state.unhealthy.draining_interval_seconds", Of: networked, Default: "0", Most: 360000},
},
	series(Attribute{Of: Kinds{ALB}, Default: "86400", Least: 1, Most: 604800, Acts: true}, "stickiness.*.duration_seconds", "lb_cookie", "app_cookie"),
	series(Attribute{Of: anyGroup, Default: "off", Values: []string{"off"}, Least: 1, Most: 100},
		"target_group_health.*.minimum_healthy_targets.percentage", "dns_failover"),
	series(Attribute{Of: anyGroup, Default: "off", Values: []string{"off"}, Least: 1, Most: 100, Acts: true},
		"target_group_health.*.minimum_healthy_targets.percentage", "unhealthy_state_routing"),
)

var ListenerAttributes = slices.Concat(
	[]Attribute{
		{Key: "tcp.idle_timeout.seconds", Of: Kinds{TCP}, Default: "350", Least: 60, Most: 6000, Acts: true},
		{Key: "routing.http.response.server.enabled", Of: Kinds{HTTP, HTTPS}, Default: "true", Values: onOff, Acts: true},
	},
	series(Attribute{Of: Kinds{HTTP, HTTPS}, Acts: true}, "routing.http.response.*.header_value",
		"strict_transport_security", "access_control_allow_origin", "access_control_allow_methods", "access_control_allow_headers",
		"access_control_allow_credentials", "access_control_expose_headers", "access_control_max_age", "content_security_policy"),
	[]Attribute{
		{Key: "routing.http.response.x_content_type_options.header_value", Of: Kinds{HTTP, HTTPS}, Values: []string{"", "nosniff"}, Acts: true},
		{Key: "routing.http.response.x_frame_options.header_value", Of: Kinds{HTTP, HTTPS}, Values: []string{"", "DENY", "SAMEORIGIN"}, Acts: true},
	},
	namedHeaders("X-Amzn-Mtls-Clientcert-Serial-Number", "X-Amzn-Mtls-Clientcert-Issuer", "X-Amzn-Mtls-Clientcert-Subject",
		"X-Amzn-Mtls-Clientcert-Validity", "X-Amzn-Mtls-Clientcert-Leaf", "X-Amzn-Mtls-Clientcert"),
	acting(namedHeaders("X-Amzn-Tls-Version", "X-Amzn-Tls-Cipher-Suite")),
)

func acting(all []Attribute) []Attribute {
	for i := range all {
		all[i].Acts = true
	}
	return all
}

// namedHeaders are the attributes with which headers that HTTPS listeners add get other
// names.
func namedHeaders(headers ...string) (all []Attribute) {
	for _, header := range headers {
		word := strings.ReplaceAll(strings.ToLower(header), "-", "_")
		all = append(all, Attribute{Key: "routing.http.request." + word + ".header_name", Of: Kinds{HTTPS}, Default: header})
	}
	return all
}

func (b *LoadBalancer) Kind() Kind {
	if b.Type == types.LoadBalancerTypeEnumNetwork {
		return NLB
	}
	return ALB
}

func (l *Listener) Kind() Kind {
	if l.Protocol == types.ProtocolEnumTcpUdp {
		return UDP
	}
	return Kind(l.Protocol)
}

func (g *TargetGroup) Kind() Kind {
	switch {
	case g.ALB():
		return ALB
	case g.Protocol == types.ProtocolEnumUdp || g.Protocol == types.ProtocolEnumTcpUdp:
		return UDP
	case g.Type == types.TargetTypeEnumIp:
		return TCPIP
	}
	return NLB
}

// Attribute is the value of an attribute, which is its default unless a call has set it.
func (b *LoadBalancer) Attribute(key string) string {
	return b.Attributes.value(key, LoadBalancerAttributes, b.Kind())
}

func (b *LoadBalancer) AllAttributes() []Setting {
	return b.Attributes.all(LoadBalancerAttributes, b.Kind())
}

func (l *Listener) AllAttributes() []Setting {
	return l.Attributes.all(ListenerAttributes, l.Kind())
}

// Attribute is the value of an attribute, which is its default unless a call has set it.
func (g *TargetGroup) Attribute(key string) string {
	return g.Attributes.value(key, TargetGroupAttributes, g.Kind())
}

func (g *TargetGroup) AllAttributes() []Setting {
	return g.Attributes.all(TargetGroupAttributes, g.Kind())
}

// Settings are the attributes that act with their values, by key, for who acts on them: some
// defaults differ by protocol.
func (g *TargetGroup) Settings() map[string]string {
	acting := map[string]string{}
	for _, each := range g.AllAttributes() {
		if FindAttribute(TargetGroupAttributes, each.Key).Acts {
			acting[each.Key] = each.Value
		}
	}
	return acting
}
