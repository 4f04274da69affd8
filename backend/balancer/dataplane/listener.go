package dataplane

import (
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/rule"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// listener is one that has been read. It does not change; another takes its place, while
// requests that it has begun with stay with it.
type listener struct {
	port         uint16
	host         string // the load balancer's name
	protocol     string
	application  bool // HTTP or HTTPS
	secure       bool // HTTPS or TLS
	stream       bool // comes over TCP
	datagrams    bool // comes over UDP
	settings     listenerSettings
	rules        []rule.Rule
	certificates func() []*tlspolicy.Certificate
	clientTLS    *tls.Config // of HTTPS and TLS
	groups       map[*target.Group]bool
	next         atomic.Pointer[listener] // what took its place

	forwardedProto, forwardedPort []string // values of headers, which nobody changes
}

// registry finds what a listener refers to by its id. It makes groups that are not known yet.
type registry struct {
	group        func(id string) *target.Group
	certificates func(ids []string) []*tlspolicy.Certificate
}

// newListener reads a listener. What it asks of the registry while it reads are groups alone.
func newListener(config balancer.Listener, known registry) (*listener, error) {
	l := &listener{
		port: config.Port, host: config.Host, protocol: config.Protocol,
		settings: newListenerSettings(config.Attributes), groups: map[*target.Group]bool{},
		forwardedProto: []string{strings.ToLower(config.Protocol)}, forwardedPort: []string{strconv.Itoa(int(config.Port))},
	}
	switch config.Protocol {
	case "HTTP", "HTTPS":
		l.application, l.stream, l.secure = true, true, config.Protocol == "HTTPS"
	case "TCP", "TLS":
		l.stream, l.secure = true, config.Protocol == "TLS"
	case "UDP":
		l.datagrams = true
	case "TCP_UDP":
		l.stream, l.datagrams = true, true
	default:
		return nil, fmt.Errorf("listener %s: protocol %q", config.ID, config.Protocol)
	}
	ids := config.Certificates
	l.certificates = func() []*tlspolicy.Certificate { return known.certificates(ids) }
	var err error
	if l.secure {
		if l.clientTLS, err = tlspolicy.ServerConfig(config.Security, l.alpn(), l.certificates); err != nil {
			return nil, fmt.Errorf("listener %s: %w", config.ID, err)
		}
	}
	l.rules, err = rule.New(config.Rules, func(id string) *target.Group {
		g := known.group(id)
		l.groups[g] = true
		return g
	})
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", config.ID, err)
	}
	return l, nil
}

func (l *listener) flowForward() *rule.Forward {
	if len(l.rules) == 0 {
		return nil
	}
	return l.rules[len(l.rules)-1].Action.Forward
}

// alpn are the protocols that an HTTPS listener agrees on with clients.
func (l *listener) alpn() []string {
	switch {
	case !l.application:
		return nil
	case l.settings.http2:
		return []string{"h2", "http/1.1"}
	}
	return []string{"http/1.1"}
}

// handshakePatience is how long a client has for its TLS handshake.
const handshakePatience = 10 * time.Second
