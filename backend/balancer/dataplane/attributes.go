package dataplane

import (
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// attributes are AWS's keys and values.
type attributes map[string]string

func (a attributes) is(key string) bool { return a[key] == "true" }

func (a attributes) seconds(key string, otherwise int) time.Duration {
	n, err := strconv.Atoi(a[key])
	if err != nil {
		n = otherwise
	}
	return time.Duration(n) * time.Second
}

func (a attributes) text(key, otherwise string) string {
	if v, ok := a[key]; ok && v != "" {
		return v
	}
	return otherwise
}

// header is the name that a header of requests has.
func (a attributes) header(word, otherwise string) string {
	return http.CanonicalHeaderKey(a.text("routing.http.request."+word+".header_name", otherwise))
}

// listenerSettings are the attributes of a listener and its load balancer that act.
type listenerSettings struct {
	idle            time.Duration // without a byte from either side
	keepAlive       time.Duration // how long a client's connection lives at most
	streamIdle      time.Duration // idle, of TCP and TLS
	http2           bool
	preserveHost    bool
	xForwardedFor   string // append, preserve, remove
	clientPort      bool   // with the client's port in X-Forwarded-For
	dropInvalid     bool   // drops headers with other characters than letters, digits and hyphens
	tlsHeaders      bool
	tlsVersion      string // the name of that header
	tlsCipherSuite  string
	monitorDesync   bool // passes on what the other modes refuse
	strictDesync    bool // refuses what they pass on
	hideServer      bool
	responseHeaders [][2]string // set on answers of targets
}

func newListenerSettings(a attributes) listenerSettings {
	s := listenerSettings{
		idle:           a.seconds("idle_timeout.timeout_seconds", 60),
		keepAlive:      a.seconds("client_keep_alive.seconds", 3600),
		streamIdle:     a.seconds("tcp.idle_timeout.seconds", 350),
		http2:          a.text("routing.http2.enabled", "true") == "true",
		preserveHost:   a.is("routing.http.preserve_host_header.enabled"),
		xForwardedFor:  a.text("routing.http.xff_header_processing.mode", "append"),
		clientPort:     a.is("routing.http.xff_client_port.enabled"),
		dropInvalid:    a.is("routing.http.drop_invalid_header_fields.enabled"),
		tlsHeaders:     a.is("routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
		tlsVersion:     a.header("x_amzn_tls_version", "X-Amzn-Tls-Version"),
		tlsCipherSuite: a.header("x_amzn_tls_cipher_suite", "X-Amzn-Tls-Cipher-Suite"),
		monitorDesync:  a["routing.http.desync_mitigation_mode"] == "monitor",
		strictDesync:   a["routing.http.desync_mitigation_mode"] == "strictest",
		hideServer:     a["routing.http.response.server.enabled"] == "false",
	}
	for key, value := range a {
		if name, ok := strings.CutPrefix(key, "routing.http.response."); ok && value != "" {
			if name, ok := strings.CutSuffix(name, ".header_value"); ok {
				s.responseHeaders = append(s.responseHeaders, [2]string{strings.ReplaceAll(name, "_", "-"), value})
			}
		}
	}
	return s
}

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
