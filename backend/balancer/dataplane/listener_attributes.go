package dataplane

import (
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
