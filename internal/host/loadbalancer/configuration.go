package loadbalancer

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// View is all that a load balancer's configuration follows from.
type View struct {
	LoadBalancer *elbv2.LoadBalancer
	Listeners    []Listener
	Groups       []Group // that rules forward to
	Certificates []balancer.Certificate
}

func (v View) rules() (list []*elbv2.Rule) {
	for _, l := range v.Listeners {
		list = append(list, l.Rules...)
	}
	return list
}

// Listener is one with its rules, the default one last.
type Listener struct {
	*elbv2.Listener
	Rules []*elbv2.Rule
}

// Group is a target group with its targets.
type Group struct {
	*elbv2.TargetGroup
	Targets []Target
}

// Target is one with the address that its id stands for, which may be none.
type Target struct {
	*elbv2.Target
	Address netip.Addr
	Healthy bool // when it was last checked
	Direct  bool // it answers through the load balancer, whichever client asks
}

// Configure returns the pieces of a load balancer's configuration in an order in which no request
// is lost: first what comes, then the listeners, which lead there, and at last the targets that go,
// which a listener may have led to until then.
func (m *composer) Configure(v View) (pieces []balancer.Piece) {
	var going []balancer.Piece
	m.renew()
	for _, c := range v.Certificates {
		pieces = append(pieces, m.once(c, nil, func() balancer.Piece { return balancer.Piece{Certificate: &c} }))
	}
	for _, g := range v.Groups {
		pieces = append(pieces, m.once(g.TargetGroup, nil, func() balancer.Piece { return balancer.Piece{TargetGroup: targetGroup(g.TargetGroup)} }))
		for _, t := range g.Targets {
			if !t.Address.IsValid() || !inZone(v.LoadBalancer, t.Zone) {
				continue
			}
			piece := m.once(t, nil, func() balancer.Piece { return balancer.Piece{Target: target(t)} })
			if t.Draining() {
				going = append(going, piece)
			} else {
				pieces = append(pieces, piece)
			}
		}
	}
	for _, l := range v.Listeners {
		of := [2]any{v.LoadBalancer, l.Listener} // and the default rule of the listener
		rules := l.Rules[:len(l.Rules)-1]
		pieces = append(pieces, m.once(of, rules, func() balancer.Piece { return balancer.Piece{Listener: listener(v.LoadBalancer, l)} }))
	}
	return append(pieces, going...)
}

// inZone reports whether a load balancer sends anything to targets of a zone.
func inZone(b *elbv2.LoadBalancer, zone string) bool {
	return zone == "" || zone == elbv2.AllZones || slices.ContainsFunc(b.Zones, func(z elbv2.Zone) bool { return z.Name == zone })
}

func targetGroup(g *elbv2.TargetGroup) *balancer.TargetGroup {
	check := g.HealthCheck
	port, _ := strconv.ParseUint(check.Port, 10, 16) // 0 is the traffic port's
	matcher := check.HTTPCode
	if g.ProtocolVersion == "GRPC" {
		matcher = check.GRPCCode
	}
	return &balancer.TargetGroup{
		ID: g.ARN, Protocol: string(g.Protocol), ProtocolVersion: g.ProtocolVersion, Attributes: g.Settings(),
		HealthCheck: balancer.HealthCheck{
			Enabled: true, Protocol: string(check.Protocol), Port: uint16(port), Path: check.Path,
			IntervalSeconds: int(check.Interval), TimeoutSeconds: int(check.Timeout),
			HealthyThreshold: int(check.Healthy), UnhealthyThreshold: int(check.Unhealthy), Matcher: matcher,
		},
	}
}

func target(t Target) *balancer.Target {
	return &balancer.Target{
		Group: t.GroupARN, ID: targetID(t.ID, t.Port), Addr: netip.AddrPortFrom(t.Address, uint16(t.Port)),
		Draining: t.Draining(), Healthy: t.Healthy, Direct: t.Direct,
	}
}

// targetID names a target in its group, for the balancer.
func targetID(id string, port int32) string { return id + ":" + strconv.Itoa(int(port)) }

func parseTargetID(text string) (id string, port int32) {
	at := strings.LastIndexByte(text, ':')
	n, _ := strconv.Atoi(text[at+1:])
	return text[:max(at, 0)], int32(n)
}

func listener(b *elbv2.LoadBalancer, l Listener) *balancer.Listener {
	piece := &balancer.Listener{
		ID: l.ARN, Port: uint16(l.Port), Protocol: string(l.Protocol), Host: b.DNSName, Attributes: b.Attributes.With(l.Attributes),
	}
	if l.Certificate != "" {
		piece.Certificates = append([]string{l.Certificate}, l.Certificates...)
		piece.Security = security(l.Listener)
	}
	for _, r := range l.Rules {
		rule := balancer.Rule{ID: r.ARN, Action: action(r.Actions), Transforms: transforms(r.Transforms)}
		for _, c := range r.Conditions {
			rule.Conditions = append(rule.Conditions, condition(c))
		}
		piece.Rules = append(piece.Rules, rule)
	}
	return piece
}

// alpn are the protocols of ALPN policies, the preferred first. Source: Network Load Balancers
// guide, ALPN policies.
var alpn = map[string][]string{
	"HTTP1Only":      {"http/1.1", "http/1.0"},
	"HTTP2Only":      {"h2"},
	"HTTP2Optional":  {"http/1.1", "http/1.0", "h2"},
	"HTTP2Preferred": {"h2", "http/1.1", "http/1.0"},
}

// security is what the policies of a listener say, or nil if it has none.
func security(l *elbv2.Listener) *balancer.Security {
	p := elbv2.FindSSLPolicy(l.SSLPolicy)
	if p == nil {
		return nil
	}
	return &balancer.Security{Protocols: p.Protocols, Ciphers: p.Ciphers, PostQuantum: p.PostQuantum(), ALPN: alpn[l.ALPNPolicy]}
}

// condition takes the values from where they are: at the condition itself, or in the part of
// its field.
func condition(c elb.RuleCondition) balancer.Condition {
	to := balancer.Condition{Field: aws.ToString(c.Field), Values: c.Values, Regex: c.RegexValues}
	switch {
	case c.HostHeaderConfig != nil:
		to.Values, to.Regex = c.HostHeaderConfig.Values, c.HostHeaderConfig.RegexValues
	case c.PathPatternConfig != nil:
		to.Values, to.Regex = c.PathPatternConfig.Values, c.PathPatternConfig.RegexValues
	case c.HttpRequestMethodConfig != nil:
		to.Values = c.HttpRequestMethodConfig.Values
	case c.SourceIpConfig != nil:
		to.Values = c.SourceIpConfig.Values
	case c.HttpHeaderConfig != nil:
		h := c.HttpHeaderConfig
		to.Header, to.Values, to.Regex = aws.ToString(h.HttpHeaderName), h.Values, h.RegexValues
	case c.QueryStringConfig != nil:
		for _, pair := range c.QueryStringConfig.Values {
			to.Query = append(to.Query, balancer.QueryPair{Key: aws.ToString(pair.Key), Value: aws.ToString(pair.Value)})
		}
	}
	return to
}

func transforms(rows []elb.RuleTransform) (to []balancer.Transform) {
	for _, t := range rows {
		var rewrites []elb.RewriteConfig
		switch {
		case t.HostHeaderRewriteConfig != nil:
			rewrites = t.HostHeaderRewriteConfig.Rewrites
		case t.UrlRewriteConfig != nil:
			rewrites = t.UrlRewriteConfig.Rewrites
		}
		for _, r := range rewrites {
			to = append(to, balancer.Transform{Type: string(t.Type), Regex: aws.ToString(r.Regex), Replace: aws.ToString(r.Replace)})
		}
	}
	return to
}

// action is the last of them, which is the one that answers.
func action(actions []elb.Action) (to balancer.Action) {
	if len(actions) == 0 {
		return to
	}
	a := slices.MaxFunc(actions, func(a, b elb.Action) int { return int(aws.ToInt32(a.Order) - aws.ToInt32(b.Order)) })
	switch {
	case a.RedirectConfig != nil:
		r := a.RedirectConfig
		code, _ := strconv.Atoi(strings.TrimPrefix(string(r.StatusCode), "HTTP_"))
		to.Redirect = &balancer.Redirect{
			Protocol: aws.ToString(r.Protocol), Host: aws.ToString(r.Host), Port: aws.ToString(r.Port),
			Path: aws.ToString(r.Path), Query: aws.ToString(r.Query), StatusCode: code,
		}
	case a.FixedResponseConfig != nil:
		f := a.FixedResponseConfig
		code, _ := strconv.Atoi(aws.ToString(f.StatusCode))
		to.FixedResponse = &balancer.FixedResponse{
			StatusCode: code, ContentType: aws.ToString(f.ContentType), MessageBody: aws.ToString(f.MessageBody),
		}
	default:
		to.Forward = forward(a)
	}
	return to
}

func forward(a elb.Action) *balancer.Forward {
	if a.ForwardConfig == nil {
		return &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: aws.ToString(a.TargetGroupArn), Weight: 1}}}
	}
	to := &balancer.Forward{}
	for _, g := range a.ForwardConfig.TargetGroups {
		to.Groups = append(to.Groups, balancer.WeightedGroup{Group: aws.ToString(g.TargetGroupArn), Weight: int(elbv2.Weight(g))})
	}
	if s := a.ForwardConfig.TargetGroupStickinessConfig; s != nil && aws.ToBool(s.Enabled) {
		to.StickySeconds = int(aws.ToInt32(s.DurationSeconds))
	}
	return to
}
