package elbv2

import (
	"maps"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
)

// An attribute that a template does not have any more has its default again. Source of defaults: ELBv2 API reference,
// LoadBalancerAttribute, TargetGroupAttribute and ListenerAttribute. One without a default, such as the bucket of logs, stays as it is.

// returning are the attributes of a property that an update takes out of the template, with their defaults.
func returning[A any](t *handler.Turn, property string, defaults map[string]string, attribute func(key, value *string) A) (list []A) {
	stays := map[string]bool{}
	for _, item := range t.Items(property) {
		stays[item.TextOf("Key")] = true
	}
	for _, item := range t.PreviousItems(property) {
		key := item.TextOf("Key")
		if value, known := defaults[key]; known && !stays[key] {
			list = append(list, attribute(&key, &value))
		}
	}
	return list
}

// loadBalancerDefaults belong to a type of load balancers.
func loadBalancerDefaults(kind string) map[string]string {
	if kind == "network" {
		return map[string]string{
			"access_logs.s3.enabled": "false", "deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "false",
			"zonal_shift.config.enabled": "false", "dns_record.client_routing_policy": "any_availability_zone",
			"secondary_ips.auto_assigned.per_subnet": "0",
		}
	}
	return map[string]string{
		"access_logs.s3.enabled": "false", "connection_logs.s3.enabled": "false", "health_check_logs.s3.enabled": "false",
		"idle_timeout.timeout_seconds": "60", "deletion_protection.enabled": "false", "routing.http2.enabled": "true",
		"routing.http.drop_invalid_header_fields.enabled": "false", "routing.http.xff_client_port.enabled": "false",
		"routing.http.preserve_host_header.enabled": "false", "routing.http.xff_header_processing.mode": "append",
		"load_balancing.cross_zone.enabled": "true", "routing.http.desync_mitigation_mode": "defensive", "client_keep_alive.seconds": "3600",
		"waf.fail_open.enabled": "false", "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false", "zonal_shift.config.enabled": "false",
	}
}

// targetGroupDefaults belong to target groups of a protocol, with targets of a type.
func targetGroupDefaults(protocol, targets string) map[string]string {
	all := map[string]string{
		"deregistration_delay.timeout_seconds": "300", "stickiness.enabled": "false",
		"load_balancing.cross_zone.enabled":                                              "use_load_balancer_configuration",
		"target_group_health.dns_failover.minimum_healthy_targets.count":                 "1",
		"target_group_health.dns_failover.minimum_healthy_targets.percentage":            "off",
		"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count":      "1",
		"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
	}
	switch protocol {
	case "HTTP", "HTTPS":
		maps.Copy(all, map[string]string{
			"stickiness.type": "lb_cookie", "load_balancing.algorithm.type": "round_robin", "slow_start.duration_seconds": "0",
			"load_balancing.algorithm.anomaly_mitigation": "off", "stickiness.lb_cookie.duration_seconds": "86400",
			"stickiness.app_cookie.duration_seconds": "86400",
		})
		return all
	}
	datagrams := protocol == "UDP" || protocol == "TCP_UDP"
	maps.Copy(all, map[string]string{
		"stickiness.type": "source_ip", "deregistration_delay.connection_termination.enabled": strconv.FormatBool(datagrams),
		"preserve_client_ip.enabled": strconv.FormatBool(datagrams || targets != "ip"), "proxy_protocol_v2.enabled": "false",
		"target_health_state.unhealthy.connection_termination.enabled": strconv.FormatBool(!datagrams),
		"target_health_state.unhealthy.draining_interval_seconds":      "0",
	})
	return all
}

// listenerDefaults belong to listeners of a protocol.
func listenerDefaults(protocol string) map[string]string {
	switch protocol {
	case "HTTP":
		return map[string]string{"routing.http.response.server.enabled": "true"}
	case "HTTPS":
		all := map[string]string{"routing.http.response.server.enabled": "true"}
		for _, header := range []string{
			"Mtls-Clientcert", "Mtls-Clientcert-Issuer", "Mtls-Clientcert-Leaf", "Mtls-Clientcert-Serial-Number", "Mtls-Clientcert-Subject",
			"Mtls-Clientcert-Validity", "Tls-Cipher-Suite", "Tls-Version",
		} {
			key := strings.ToLower(strings.ReplaceAll(header, "-", "_"))
			all["routing.http.request.x_amzn_"+key+".header_name"] = "X-Amzn-" + header
		}
		return all
	case "TCP":
		return map[string]string{"tcp.idle_timeout.seconds": "350"}
	default:
		return nil
	}
}
