package serviceconnect

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// AWS's timeouts, in seconds, where none is configured.
// Source: ECS API reference, TimeoutConfiguration; no source tells the one of a request, which is Envoy's.
const (
	idleOfHTTP    = 5 * 60
	idleOfTCP     = 60 * 60
	requestOfHTTP = 15
)

// endpoint is what proxies know of the tasks of a discovery name.
type endpoint struct {
	arn       string // of the service of Cloud Map
	row       *servicediscovery.Service
	instances []*servicediscovery.Instance
	weights   *servicediscovery.Weights // nil: each instance gets the same

	mu    sync.Mutex
	parts map[string]*control.Part // the groups, by the protocol that their proxies speak; made when they are wanted
}

// endpointOf reads what there is to know of a service of Cloud Map.
func endpointOf(tx *store.Tx, discoveryARN string) *endpoint {
	return &endpoint{arn: discoveryARN, instances: servicediscovery.Instances(tx, discoveryARN), weights: servicediscovery.FindWeights(tx, discoveryARN)}
}

func (e *endpoint) part(protocol string) (*control.Part, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.parts[protocol]; p != nil {
		return p, nil
	}
	p, err := control.NewPart(e.arn, e.groups(protocol))
	if err != nil {
		return nil, err
	}
	if e.parts == nil {
		e.parts = map[string]*control.Part{}
	}
	e.parts[protocol] = p
	return p, nil
}

// configuration is what a proxy acts by, or some of it: parts that other proxies have as well, and pieces of its own.
type configuration struct {
	endpoints []string // that are in parts, by the ARN of their service of Cloud Map
	parts     []*control.Part
	own       []balancer.Piece
}

// add completes a configuration with an endpoint at its place.
func (c *configuration) add(task *state.Connect, out place.Outgoing, e *endpoint) error {
	if !slices.Contains(c.endpoints, e.arn) { // of which another name may know as well
		p, err := e.part(out.Protocol)
		if err != nil {
			return err
		}
		c.endpoints, c.parts = append(c.endpoints, e.arn), append(c.parts, p)
	}
	c.own = append(c.own, balancer.Piece{Listener: e.listener(task, out)})
	return nil
}

// configure returns what a task's proxy acts by. known tells of a service of Cloud Map.
func configure(task *state.Connect, known func(discoveryARN string) *endpoint) (c configuration, err error) {
	at := place.Of(task)
	for _, in := range at.Incoming {
		c.own = append(c.own, incoming(task, in)...)
	}
	for _, out := range at.Outgoing {
		if err := c.add(task, out, known(out.DiscoveryARN)); err != nil {
			return c, err
		}
	}
	return c, nil
}

// configureEndpoint returns what tells a proxy of one endpoint, and which keys are of it.
func configureEndpoint(task *state.Connect, e *endpoint) (c configuration, of func(balancer.Key) bool, err error) {
	for _, out := range place.Of(task).Outgoing {
		if out.DiscoveryARN != e.arn {
			continue
		}
		if err := c.add(task, out, e); err != nil {
			return c, nil, err
		}
	}
	return c, func(key balancer.Key) bool {
		switch key.Kind {
		case balancer.KindListener:
			return slices.ContainsFunc(c.own, func(p balancer.Piece) bool { return p.Listener.ID == key.ID })
		case balancer.KindTarget:
			return IsGroupOf(key.Group, e.arn)
		default:
			return IsGroupOf(key.ID, e.arn)
		}
	}, nil
}

// groupID names the group of a service's instances, or of those of one of its deployments.
func groupID(discoveryARN, deployment string) string {
	return strings.TrimSuffix(discoveryARN+" "+deployment, " ")
}

// IsGroupOf reports whether a target group has instances of a service of Cloud Map.
func IsGroupOf(id, discoveryARN string) bool {
	rest, ok := strings.CutPrefix(id, discoveryARN)
	return ok && (rest == "" || rest[0] == ' ')
}

// deployments are those that have a group of their own; without weights all have the same one.
func (e *endpoint) deployments() (ids []string) {
	if e.weights == nil {
		return []string{""}
	}
	for _, s := range e.weights.Shares {
		ids = append(ids, s.Deployment)
	}
	if test := e.weights.Test; test != "" && !slices.Contains(ids, test) {
		ids = append(ids, test)
	}
	return ids
}

func (e *endpoint) groups(protocol string) (pieces []balancer.Piece) {
	for _, deployment := range e.deployments() {
		id := groupID(e.arn, deployment)
		pieces = append(pieces, balancer.Piece{TargetGroup: group(id, protocol)})
		for _, i := range e.instances {
			address, err := netip.ParseAddr(i.Attributes[servicediscovery.AttributeIPv4])
			port, wrong := strconv.ParseUint(i.Attributes[servicediscovery.AttributePort], 10, 16)
			if deployment != "" && i.Deployment != deployment || err != nil || wrong != nil {
				continue
			}
			pieces = append(pieces, balancer.Piece{Target: &balancer.Target{Group: id, ID: i.ID, Addr: netip.AddrPortFrom(address, uint16(port))}})
		}
	}
	return pieces
}

// group is one without health checks: proxies find out with requests.
// Source: ECS developer guide, Service Connect, outlier detection.
func group(id, protocol string) *balancer.TargetGroup {
	g := &balancer.TargetGroup{ID: id, Protocol: "HTTP"}
	switch protocol {
	case "http":
		g.ProtocolVersion = "HTTP1"
	case "http2":
		g.ProtocolVersion = "HTTP2"
	case "grpc":
		g.ProtocolVersion = "GRPC"
	default:
		g.Protocol = "TCP"
	}
	return g
}

// listener takes the task's own calls to an endpoint.
func (e *endpoint) listener(c *state.Connect, out place.Outgoing) *balancer.Listener {
	l := newListener(c, "out/"+out.DNSName+":"+strconv.Itoa(int(out.Port)), out.DiscoveryName, out.Protocol, out.IdleSeconds, out.RequestSeconds)
	l.Addr, l.Port = out.At.Addr(), out.At.Port()
	forward := &balancer.Forward{}
	if e.weights == nil {
		forward.Groups = []balancer.WeightedGroup{{Group: groupID(out.DiscoveryARN, ""), Weight: 1}}
	} else {
		for _, s := range e.weights.Shares {
			forward.Groups = append(forward.Groups, balancer.WeightedGroup{Group: groupID(out.DiscoveryARN, s.Deployment), Weight: s.Weight})
		}
		if e.weights.Test != "" && out.TestHeader != "" && out.Protocol != "" {
			l.Rules = append(l.Rules, testRule(out, e.weights.Test))
		}
	}
	l.Rules = append(l.Rules, balancer.Rule{ID: "default", Action: balancer.Action{Forward: forward}})
	return l
}

// testRule leads test traffic to a deployment.
func testRule(out place.Outgoing, deployment string) balancer.Rule {
	value := out.TestValue
	if value == "" {
		value = "*"
	}
	return balancer.Rule{
		ID:         "test",
		Conditions: []balancer.Condition{{Field: "http-header", Header: out.TestHeader, Values: []string{value}}},
		Action:     balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: groupID(out.DiscoveryARN, deployment), Weight: 1}}}},
	}
}

// IncomingID is the id of the listener that takes calls to a port, and of the group that it leads to.
func IncomingID(portName string) string { return "in/" + portName }

// incoming takes calls to a service of the task, for its container.
func incoming(c *state.Connect, in place.Incoming) []balancer.Piece {
	id := IncomingID(in.PortName)
	l := newListener(c, id, in.DiscoveryName, in.Protocol, in.IdleSeconds, in.RequestSeconds)
	l.Port, l.Connect.Inbound = in.Port, true
	l.Rules = []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: id, Weight: 1}}}}}}
	container := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), in.ContainerPort)
	return []balancer.Piece{
		{TargetGroup: group(id, in.Protocol)},
		{Target: &balancer.Target{Group: id, ID: in.Container, Addr: container}},
		{Listener: l},
	}
}

func newListener(c *state.Connect, id, discoveryName, protocol string, idle, request *int32) *balancer.Listener {
	l := &balancer.Listener{ID: id, Protocol: "HTTP", Connect: &balancer.Connect{DiscoveryName: discoveryName, Protocol: protocol}}
	l.Connect.IdleSeconds, l.Connect.RequestSeconds = seconds(idle, idleOfHTTP), seconds(request, requestOfHTTP)
	if protocol == "" {
		l.Protocol, l.Connect.IdleSeconds, l.Connect.RequestSeconds = "TCP", seconds(idle, idleOfTCP), 0
	}
	if a := c.AccessLog; a != nil {
		l.Connect.AccessLog = &balancer.AccessLog{
			JSON:            a.Format == types.ServiceConnectAccessLoggingFormatJson,
			QueryParameters: a.IncludeQueryParameters == types.ServiceConnectIncludeQueryParametersEnabled,
		}
	}
	return l
}

func seconds(configured *int32, otherwise int) int {
	if configured == nil {
		return otherwise
	}
	return int(*configured)
}
