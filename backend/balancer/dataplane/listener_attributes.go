package dataplane

import (
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"strings"
	"time"
)

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

func newListenerSettings(a target.Attributes) listenerSettings {
	s := listenerSettings{
		idle:           a.Seconds("idle_timeout.timeout_seconds", 60),
		keepAlive:      a.Seconds("client_keep_alive.seconds", 3600),
		streamIdle:     a.Seconds("tcp.idle_timeout.seconds", 350),
		http2:          a.Text("routing.http2.enabled", "true") == "true",
		preserveHost:   a.Is("routing.http.preserve_host_header.enabled"),
		xForwardedFor:  a.Text("routing.http.xff_header_processing.mode", "append"),
		clientPort:     a.Is("routing.http.xff_client_port.enabled"),
		dropInvalid:    a.Is("routing.http.drop_invalid_header_fields.enabled"),
		tlsHeaders:     a.Is("routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
		tlsVersion:     a.Header("x_amzn_tls_version", "X-Amzn-Tls-Version"),
		tlsCipherSuite: a.Header("x_amzn_tls_cipher_suite", "X-Amzn-Tls-Cipher-Suite"),
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
