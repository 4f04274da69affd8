package listener

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// Settings are the attributes of a listener and its load balancer that act.
type Settings struct {
	Idle            time.Duration // without a byte from either side
	Request         time.Duration // from the end of a request until its answer has ended, of proxies; 0 is without end
	KeepAlive       time.Duration // how long a client's connection lives at most
	StreamIdle      time.Duration // idle, of TCP and TLS
	HTTP2           bool
	PreserveHost    bool
	XForwardedFor   string // append, preserve, remove
	ClientPort      bool   // with the client's port in X-Forwarded-For
	DropInvalid     bool   // drops headers with other characters than letters, digits and hyphens
	TLSHeaders      bool
	TLSVersion      string // the name of that header
	TLSCipherSuite  string
	MonitorDesync   bool // passes on what the other modes refuse
	StrictDesync    bool // refuses what they pass on
	HideServer      bool
	ResponseHeaders [][2]string // set on answers of targets
}

// never is longer than anything lasts here.
const never = 100 * 365 * 24 * time.Hour

// connectSettings are the settings of a listener of a proxy of Service Connect, which has no attributes.
func connectSettings(c balancer.Connect) Settings {
	idle := time.Duration(c.IdleSeconds) * time.Second
	if idle <= 0 {
		idle = never
	}
	return Settings{Idle: idle, StreamIdle: idle, Request: time.Duration(c.RequestSeconds) * time.Second, PreserveHost: true}
}

func newSettings(a target.Attributes) Settings {
	s := Settings{
		Idle:           a.Seconds("idle_timeout.timeout_seconds", 60),
		KeepAlive:      a.Seconds("client_keep_alive.seconds", 3600),
		StreamIdle:     a.Seconds("tcp.idle_timeout.seconds", 350),
		HTTP2:          a.Text("routing.http2.enabled", "true") == "true",
		PreserveHost:   a.Is("routing.http.preserve_host_header.enabled"),
		XForwardedFor:  a.Text("routing.http.xff_header_processing.mode", "append"),
		ClientPort:     a.Is("routing.http.xff_client_port.enabled"),
		DropInvalid:    a.Is("routing.http.drop_invalid_header_fields.enabled"),
		TLSHeaders:     a.Is("routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
		TLSVersion:     a.Header("x_amzn_tls_version", "X-Amzn-Tls-Version"),
		TLSCipherSuite: a.Header("x_amzn_tls_cipher_suite", "X-Amzn-Tls-Cipher-Suite"),
		MonitorDesync:  a["routing.http.desync_mitigation_mode"] == "monitor",
		StrictDesync:   a["routing.http.desync_mitigation_mode"] == "strictest",
		HideServer:     a["routing.http.response.server.enabled"] == "false",
	}
	for key, value := range a {
		if name, ok := strings.CutPrefix(key, "routing.http.response."); ok && value != "" {
			if name, ok := strings.CutSuffix(name, ".header_value"); ok {
				s.ResponseHeaders = append(s.ResponseHeaders, [2]string{strings.ReplaceAll(name, "_", "-"), value})
			}
		}
	}
	return s
}
