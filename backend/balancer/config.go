// Package balancer says in values what a load balancer is to do, piece by piece, and how its
// targets are: listeners with their rules, target groups, targets and certificates. Package
// dataplane does it, and package control tells it across a stream. Nothing here knows rows or
// an AWS SDK.
package balancer

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Piece is one part of a load balancer's configuration, of which exactly one is set. It
// is pushed by itself, whenever it changes, and replaces the one with the same [Key].
type Piece struct {
	// Version grows with each change. An older one than what is in place is ignored, so
	// that pushes may overtake each other.
	Version     int64
	Listener    *Listener    `json:",omitempty"`
	TargetGroup *TargetGroup `json:",omitempty"`
	Target      *Target      `json:",omitempty"`
	Certificate *Certificate `json:",omitempty"`
}

// Kind is one of the constants below.
type Kind string

// The kinds of pieces.
const (
	KindListener    Kind = "listener"
	KindTargetGroup Kind = "target-group"
	KindTarget      Kind = "target"
	KindCertificate Kind = "certificate"
)

// Key names a piece. Ids are the caller's, such as ARNs; Group is a target's group.
type Key struct {
	Kind  Kind
	ID    string
	Group string `json:",omitempty"`
}

// Key returns the piece's name, or an error if it is not exactly one.
func (p Piece) Key() (Key, error) {
	var keys []Key
	if p.Listener != nil {
		keys = append(keys, Key{Kind: KindListener, ID: p.Listener.ID})
	}
	if p.TargetGroup != nil {
		keys = append(keys, Key{Kind: KindTargetGroup, ID: p.TargetGroup.ID})
	}
	if p.Target != nil {
		keys = append(keys, Key{Kind: KindTarget, ID: p.Target.ID, Group: p.Target.Group})
	}
	if p.Certificate != nil {
		keys = append(keys, Key{Kind: KindCertificate, ID: p.Certificate.ID})
	}
	if len(keys) != 1 {
		return Key{}, fmt.Errorf("a piece of configuration has %d parts, not one", len(keys))
	}
	if keys[0].ID == "" {
		return Key{}, errors.New("a piece of configuration without an id")
	}
	return keys[0], nil
}

// Listener accepts connections on a port. A request takes the first rule whose conditions
// all hold; the last rule is the default one, without conditions.
type Listener struct {
	ID       string
	Addr     netip.Addr `json:",omitzero"` // where it listens; the zero Addr is at all addresses
	Port     uint16
	Protocol string // HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP
	Host     string `json:",omitempty"` // the load balancer's name, for clients that name no host
	Rules    []Rule
	// Certificates are ids in the order of preference; the first is the default one.
	Certificates []string  `json:",omitempty"`
	Security     *Security `json:",omitempty"`
	// Attributes of the load balancer and of the listener, under AWS's keys.
	// Those that mean nothing here are ignored, and what is not given has AWS's default.
	Attributes map[string]string `json:",omitempty"`
	// Connect says that this is a listener of a proxy of Service Connect; nil: of a load balancer.
	Connect *Connect `json:",omitempty"`
}

// Connect is what a listener of a proxy does otherwise than one of a load balancer. Its Protocol is HTTP or TCP.
// Source: ECS developer guide, Service Connect proxy configuration.
type Connect struct {
	DiscoveryName string
	// Inbound leads to the container of the proxy's own task; else to the tasks of the discovery name.
	Inbound bool `json:",omitempty"`
	// Protocol is http, http2 or grpc; empty is TCP.
	Protocol string `json:",omitempty"`
	// IdleSeconds end a connection without traffic, RequestSeconds a request without an answer; 0 is never.
	IdleSeconds, RequestSeconds int        `json:",omitempty"`
	AccessLog                   *AccessLog `json:",omitempty"` // nil writes none
}

// AccessLog is how a line for each request is written.
type AccessLog struct {
	JSON            bool `json:",omitempty"` // else text
	QueryParameters bool `json:",omitempty"` // of the path
}

// Rule sends what meets all its conditions to an action.
type Rule struct {
	ID         string
	Conditions []Condition `json:",omitempty"`
	Action     Action
	Transforms []Transform `json:",omitempty"` // of what is forwarded
}

// Condition holds if one of its values does.
type Condition struct {
	// Field is host-header, path-pattern, http-header, query-string, http-request-method
	// or source-ip.
	Field  string
	Header string      `json:",omitempty"` // of http-header
	Values []string    `json:",omitempty"`
	Regex  []string    `json:",omitempty"` // in the place of Values, of the first three
	Query  []QueryPair `json:",omitempty"` // of query-string
}

// QueryPair is a pair of a query string; without a key, the value of any.
type QueryPair struct {
	Key   string `json:",omitempty"`
	Value string
}

// Action is what is done with a request: exactly one member is set.
type Action struct {
	Forward       *Forward       `json:",omitempty"`
	Redirect      *Redirect      `json:",omitempty"`
	FixedResponse *FixedResponse `json:",omitempty"`
}

// Forward passes a request to a target of one of the groups, by weight.
type Forward struct {
	Groups []WeightedGroup
	// StickySeconds keeps a client at the group that it got first; 0 does not.
	StickySeconds int `json:",omitempty"`
}

// WeightedGroup is a target group's id with its share of the requests.
type WeightedGroup struct {
	Group  string
	Weight int
}

// Redirect sends a client elsewhere. Members may have #{protocol}, #{host}, #{port},
// #{path} and #{query} in them; an empty one stays as it was asked for.
type Redirect struct {
	Protocol, Host, Port, Path, Query string `json:",omitempty"`

	StatusCode int // 301 or 302
}

// FixedResponse is an answer without a target.
type FixedResponse struct {
	StatusCode  int
	ContentType string `json:",omitempty"`
	MessageBody string `json:",omitempty"`
}

// Transform rewrites what a target is asked for, when a rule has been chosen. What matches
// no expression stays. See "Transforms for listener rules" in the guide.
type Transform struct {
	// Type is host-header-rewrite, which sees the host without its port, or url-rewrite,
	// which sees the path and the query.
	Type string
	// Regex is an expression, and Replace stands in for the first match of it: $1 is what
	// its first group has matched. No source tells whether AWS replaces more matches.
	Regex, Replace string
}

// TargetGroup says how targets are asked and checked.
type TargetGroup struct {
	ID              string
	Protocol        string // HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP
	ProtocolVersion string `json:",omitempty"` // HTTP1, HTTP2, GRPC
	HealthCheck     HealthCheck
	Attributes      map[string]string `json:",omitempty"` // under AWS's keys
}

// HealthCheck is how a group's targets are checked. They are when it is enabled and
// a listener uses the group.
type HealthCheck struct {
	Enabled            bool
	Protocol           string // HTTP, HTTPS, TCP
	Port               uint16 `json:",omitempty"` // 0 is traffic-port
	Path               string `json:",omitempty"`
	IntervalSeconds    int
	TimeoutSeconds     int
	HealthyThreshold   int
	UnhealthyThreshold int
	Matcher            string `json:",omitempty"` // 200, 200,202, 200-299; of gRPC 0-99
}

// Target is one address of a group.
type Target struct {
	Group string
	ID    string // unique in the group, the caller's
	Addr  netip.AddrPort
	// Draining gets no new requests, and finishes those it has. It is removed later, by
	// the caller, whose clock and delay it is.
	Draining bool `json:",omitempty"`
	// Direct says that what the target answers comes back through the load balancer, whichever client it
	// is for: so it may see the addresses of clients.
	Direct bool `json:",omitempty"`
	// Healthy says that the target was found healthy before: a balancer that starts
	// again goes on from there. It means nothing for a target that is in place.
	Healthy bool `json:",omitempty"`
}

// Certificate is what a TLS listener shows, with the names of its leaf.
type Certificate struct {
	ID    string
	Chain string // PEM, the leaf first
	Key   string // PEM
}

// Health is what is known of a target, in AWS's words.
type Health struct {
	Group, Target string
	State         string // initial, healthy, unhealthy
	Reason        string `json:",omitempty"`
	Description   string `json:",omitempty"`
	At            time.Time
}

// Security is what a listener of HTTPS or TLS speaks with clients, as its security policy
// and its ALPN policy say. Without it that is TLS 1.2 and 1.3, as Go speaks them.
type Security struct {
	// Protocols and Ciphers are AWS's words: TLSv1.2, and OpenSSL's names of suites. Go
	// lacks some suites, which are left out; those of TLS 1.3 and the order are its own.
	Protocols []string
	Ciphers   []string
	// PostQuantum offers key exchange with ML-KEM beside elliptic curves.
	PostQuantum bool `json:",omitempty"`
	// ALPN are the protocols that a TLS listener agrees on, the preferred first. An HTTPS
	// listener knows its own.
	ALPN []string `json:",omitempty"`
}
