// Package listener reads listeners into what serves their clients: rules, settings and TLS.
package listener

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/rule"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// Listener is one that has been read. It does not change; another takes its place, while
// requests that it has begun with stay with it.
type Listener struct {
	Addr         netip.Addr // where it listens; the zero Addr is at all addresses
	Port         uint16
	Host         string // the load balancer's name
	Protocol     string
	Application  bool // HTTP or HTTPS
	Secure       bool // HTTPS or TLS
	Stream       bool // comes over TCP
	Datagrams    bool // comes over UDP
	Settings     Settings
	Rules        []rule.Rule
	certificates func() []*tlspolicy.Certificate
	ClientTLS    *tls.Config // of HTTPS and TLS
	Groups       map[*target.Group]bool
	Next         atomic.Pointer[Listener] // what took its place
	Connect      *balancer.Connect        // of a proxy of Service Connect; else nil
	Counts       *count.Listener          // of a proxy; else nil, which counts nothing

	ForwardedProto, ForwardedPort []string // values of headers, which are never changed
}

// Registry finds what a listener refers to by its id. It makes groups that are not known yet.
type Registry struct {
	Group        func(id string) *target.Group
	Certificates func(ids []string) []*tlspolicy.Certificate
	Counts       *count.LoadBalancer
}

// New reads a listener. It asks the registry for groups at once, and for certificates with each
// client.
func New(config balancer.Listener, known Registry) (*Listener, error) {
	l := &Listener{
		Addr: config.Addr, Port: config.Port, Host: config.Host, Protocol: config.Protocol,
		Settings: newSettings(config.Attributes), Groups: map[*target.Group]bool{}, Connect: config.Connect,
		ForwardedProto: []string{strings.ToLower(config.Protocol)}, ForwardedPort: []string{strconv.Itoa(int(config.Port))},
	}
	if config.Connect != nil {
		l.Settings, l.Counts = connectSettings(*config.Connect), known.Counts.Listener(config.ID)
	}
	switch config.Protocol {
	case "HTTP", "HTTPS":
		l.Application, l.Stream, l.Secure = true, true, config.Protocol == "HTTPS"
	case "TCP", "TLS":
		l.Stream, l.Secure = true, config.Protocol == "TLS"
	case "UDP":
		l.Datagrams = true
	case "TCP_UDP":
		l.Stream, l.Datagrams = true, true
	default:
		return nil, fmt.Errorf("listener %s: protocol %q", config.ID, config.Protocol)
	}
	ids := config.Certificates
	l.certificates = func() []*tlspolicy.Certificate { return known.Certificates(ids) }
	var err error
	if l.Secure {
		if l.ClientTLS, err = tlspolicy.ServerConfig(config.Security, l.alpn(), l.certificates); err != nil {
			return nil, fmt.Errorf("listener %s: %w", config.ID, err)
		}
	}
	l.Rules, err = rule.New(config.Rules, func(id string) *target.Group {
		g := known.Group(id)
		l.Groups[g] = true
		return g
	})
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", config.ID, err)
	}
	return l, nil
}

// Address is where it listens, for the net package.
func (l *Listener) Address() string {
	host := ""
	if l.Addr.IsValid() {
		host = l.Addr.String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(l.Port)))
}

// DefaultForward is the forward action of the default rule, or nil: that of all flows.
func (l *Listener) DefaultForward() *rule.Forward {
	if len(l.Rules) == 0 {
		return nil
	}
	return l.Rules[len(l.Rules)-1].Action.Forward
}

// alpn are the protocols that an HTTPS listener agrees on with clients.
func (l *Listener) alpn() []string {
	switch {
	case !l.Application:
		return nil
	case l.Settings.HTTP2:
		return []string{"h2", "http/1.1"}
	}
	return []string{"http/1.1"}
}

// HandshakePatience is how long a client has for its TLS handshake.
const HandshakePatience = 10 * time.Second
