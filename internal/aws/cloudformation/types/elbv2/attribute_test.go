package elbv2

import (
	"maps"
	"slices"
	"testing"

	elb "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// defaultsOf are the API's defaults that are not empty.
func defaultsOf(table []elb.Attribute, kind elb.Kind) map[string]string {
	all := map[string]string{}
	for _, a := range table {
		value := a.Default
		if other, has := a.DefaultOf[kind]; has {
			value = other
		}
		if slices.Contains(a.Of, kind) && value != "" {
			all[a.Key] = value
		}
	}
	return all
}

// Attributes that leave a template have the defaults of the API.
func TestDefaultsOfAttributes(t *testing.T) {
	for name, c := range map[string]struct {
		got, want map[string]string
	}{
		"application load balancer": {loadBalancerDefaults(""), defaultsOf(elb.LoadBalancerAttributes, elb.ALB)},
		"network load balancer":     {loadBalancerDefaults("network"), defaultsOf(elb.LoadBalancerAttributes, elb.NLB)},
		"HTTP":                      {targetGroupDefaults("HTTP", "ip"), defaultsOf(elb.TargetGroupAttributes, elb.ALB)},
		"TCP of instances":          {targetGroupDefaults("TCP", ""), defaultsOf(elb.TargetGroupAttributes, elb.NLB)},
		"TCP by address":            {targetGroupDefaults("TLS", "ip"), defaultsOf(elb.TargetGroupAttributes, elb.TCPIP)},
		"UDP":                       {targetGroupDefaults("TCP_UDP", "ip"), defaultsOf(elb.TargetGroupAttributes, elb.UDP)},
		"listener of HTTP":          {listenerDefaults("HTTP"), defaultsOf(elb.ListenerAttributes, elb.HTTP)},
		"listener of HTTPS":         {listenerDefaults("HTTPS"), defaultsOf(elb.ListenerAttributes, elb.HTTPS)},
		"listener of TCP":           {listenerDefaults("TCP"), defaultsOf(elb.ListenerAttributes, elb.TCP)},
		"listener of TLS":           {listenerDefaults("TLS"), defaultsOf(elb.ListenerAttributes, elb.TLS)},
	} {
		if !maps.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
