package dataplane

import (
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// groupSettings are the attributes of a target group that act.
type groupSettings struct {
	protocol         string
	version          string // HTTP1, HTTP2, GRPC
	leastOutstanding bool
	random           bool
	slowStart        time.Duration
	minimumHealthy   int // fewer than that, and all targets get requests
	minimumPercent   int
	stickiness       stickiness
	proxyProtocol    bool
	cutFlows         bool // of a target that is removed
	keepClient       bool // the client's address, where the kernel leads flows
}

func newGroupSettings(g balancer.TargetGroup) groupSettings {
	a := attributes(g.Attributes)
	s := groupSettings{
		protocol:         g.Protocol,
		version:          g.ProtocolVersion,
		leastOutstanding: a["load_balancing.algorithm.type"] == "least_outstanding_requests",
		random:           a["load_balancing.algorithm.type"] == "weighted_random",
		slowStart:        a.seconds("slow_start.duration_seconds", 0),
		proxyProtocol:    a.is("proxy_protocol_v2.enabled"),
		cutFlows:         a.is("deregistration_delay.connection_termination.enabled"),
		keepClient:       g.Protocol == "UDP" || g.Protocol == "TCP_UDP" || a.is("preserve_client_ip.enabled"),
	}
	s.minimumHealthy, _ = strconv.Atoi(a.text("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"))
	s.minimumPercent, _ = strconv.Atoi(a["target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"])
	if a.is("stickiness.enabled") {
		s.stickiness = stickiness{kind: a.text("stickiness.type", "lb_cookie"), appCookie: a["stickiness.app_cookie.cookie_name"]}
		s.stickiness.lifetime = a.seconds("stickiness.lb_cookie.duration_seconds", 86400)
		if s.stickiness.kind == "app_cookie" {
			s.stickiness.lifetime = a.seconds("stickiness.app_cookie.duration_seconds", 86400)
		}
	}
	return s
}

// stickiness is how a target group keeps a client at a target.
type stickiness struct {
	kind      string // lb_cookie, app_cookie, source_ip or none
	lifetime  time.Duration
	appCookie string // of app_cookie
}
