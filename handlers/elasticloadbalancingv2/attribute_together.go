package elasticloadbalancingv2

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// foreignToBalancer refuses attributes of load balancers of another type, or of IPv6.
func foreignToBalancer(key string) error {
	if key == elbv2.ForIPv6 { // Source: field reports
		return badConfiguration("Load balancer attribute key '%s' is not supported on load balancers with IP address type 'ipv4'", key)
	}
	return unrecognized("Load balancer", key)
}

// checkBalancer refuses attributes of a load balancer that do not go with each other or with its type.
func checkBalancer(b *elbv2.LoadBalancer) error {
	is := func(key, value string) bool { return b.Attribute(key) == value }
	if b.Kind() == elbv2.ALB && is("load_balancing.cross_zone.enabled", "false") {
		return invalid("The value for 'load_balancing.cross_zone.enabled' must always be 'true' for an Application Load Balancer")
	}
	for _, kind := range []string{"access_logs", "connection_logs", "health_check_logs"} {
		if is(kind+".s3.enabled", "true") && is(kind+".s3.bucket", "") {
			return invalid("The key '%s.s3.bucket' must set in order to enable %s", kind, strings.ReplaceAll(kind, "_", " "))
		}
	}
	return nil
}

// checkTogether refuses attributes of a target group that do not go with each other or with
// its protocol. Source of the texts: ELB0007, ELB0010; that of slow start with least outstanding
// requests, which the Application Load Balancers guide excludes, is made like the one with weighted
// random. Those about what names of cookies consist of, and the rules
// of these, are of the ELBv2 API reference, TargetGroupAttribute, in words of the emulator's.
func checkTogether(g *elbv2.TargetGroup) error {
	is := func(key, value string) bool { return g.Attribute(key) == value }
	sticky, cookie := g.Attribute("stickiness.type"), g.Attribute("stickiness.app_cookie.cookie_name")
	algorithm := g.Attribute("load_balancing.algorithm.type")
	switch {
	case sticky == "app_cookie" && is("stickiness.enabled", "true") && cookie == "":
		return badConfiguration("You must set an application cookie name to enable stickiness of type 'app_cookie'")
	case g.ALB() == (sticky == "source_ip"):
		return badConfiguration("Stickiness type '%s' is not supported for target groups with the %s protocol", sticky, g.Protocol)
	case g.Protocol == types.ProtocolEnumTls && is("stickiness.enabled", "true"): // Source: field reports
		return badConfiguration("You cannot enable stickiness on target groups with the TLS protocol")
	case strings.HasPrefix(cookie, "AWSALB"):
		return badConfiguration("Cookie names cannot begin with 'AWSALB'")
	case cookie != "" && !elbv2.Token.MatchString(cookie):
		return badConfiguration("The cookie name '%s' contains a character that is not valid", cookie)
	case is("load_balancing.algorithm.anomaly_mitigation", "on") && algorithm != "weighted_random":
		return badConfiguration("You cannot enable both anomaly mitigation and %s algorithm on a target group", strings.ReplaceAll(algorithm, "_", " "))
	case !is("slow_start.duration_seconds", "0") && !is("slow_start.duration_seconds", "") && algorithm != "round_robin": // Source: ELB0010
		return badConfiguration("You cannot enable both slow start and %s algorithm on a target group", strings.ReplaceAll(algorithm, "_", " "))
	case is("stickiness.enabled", "true") && algorithm == "weighted_random": // Source: ELB0010
		return badConfiguration("You cannot have both stickiness and weighted random algorithm enabled on the same target group.")
	case g.Kind() == elbv2.UDP && is("preserve_client_ip.enabled", "false"):
		return badConfiguration("preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP.")
	case is(closesUnhealthy, "true") && !is(drainsUnhealthy, "0") && !is(drainsUnhealthy, ""):
		return badConfiguration("You cannot have both '%s' and '%s' enabled on a target group", closesUnhealthy, drainsUnhealthy)
	case lessDNS(g, "count"), lessDNS(g, "percentage"):
		return badConfiguration("DNS failover threshold must be greater than or equal to unhealthy state routing threshold")
	}
	return nil
}

const (
	closesUnhealthy = "target_health_state.unhealthy.connection_termination.enabled"
	drainsUnhealthy = "target_health_state.unhealthy.draining_interval_seconds"
)

// lessDNS reports whether DNS fails over later than requests go to targets that are unhealthy.
func lessDNS(g *elbv2.TargetGroup, unit string) bool {
	dns, err := strconv.Atoi(g.Attribute("target_group_health.dns_failover.minimum_healthy_targets." + unit))
	if err != nil {
		return false // off
	}
	routing, err := strconv.Atoi(g.Attribute("target_group_health.unhealthy_state_routing.minimum_healthy_targets." + unit))
	return err == nil && dns < routing
}
