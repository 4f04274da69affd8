package target

import (
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// groupSettings are the attributes of a target group that act.
type groupSettings struct {
	Protocol         string
	Version          string // HTTP1, HTTP2, GRPC
	leastOutstanding bool
	random           bool
	slowStart        time.Duration
	minimumHealthy   int // fewer than that, and all targets get requests
	minimumPercent   int
	Stickiness       Stickiness
	ProxyProtocol    bool
	CutFlows         bool // of a target that is removed
	KeepClient       bool // the client's address, where the kernel leads flows
}

func newGroupSettings(g balancer.TargetGroup) groupSettings {
	a := Attributes(g.Attributes)
	s := groupSettings{
		Protocol:         g.Protocol,
		Version:          g.ProtocolVersion,
		leastOutstanding: a["load_balancing.algorithm.type"] == "least_outstanding_requests",
		random:           a["load_balancing.algorithm.type"] == "weighted_random",
		slowStart:        a.Seconds("slow_start.duration_seconds", 0),
		ProxyProtocol:    a.Is("proxy_protocol_v2.enabled"),
		CutFlows:         a.Is("deregistration_delay.connection_termination.enabled"),
		KeepClient:       g.Protocol == "UDP" || g.Protocol == "TCP_UDP" || a.Is("preserve_client_ip.enabled"),
	}
	s.minimumHealthy, _ = strconv.Atoi(a.Text("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"))
	s.minimumPercent, _ = strconv.Atoi(a["target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"])
	if a.Is("stickiness.enabled") {
		s.Stickiness = Stickiness{Kind: a.Text("stickiness.type", "lb_cookie"), AppCookie: a["stickiness.app_cookie.cookie_name"]}
		s.Stickiness.Lifetime = a.Seconds("stickiness.lb_cookie.duration_seconds", 86400)
		if s.Stickiness.Kind == "app_cookie" {
			s.Stickiness.Lifetime = a.Seconds("stickiness.app_cookie.duration_seconds", 86400)
		}
	}
	return s
}

// Stickiness is how a target group keeps a client at a target.
type Stickiness struct {
	Kind      string // lb_cookie, app_cookie, source_ip or none
	Lifetime  time.Duration
	AppCookie string // of app_cookie
}
