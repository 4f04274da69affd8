// Package loadbalancer runs the data plane of a load balancer by itself, to be measured.
package loadbalancer

import (
	"errors"
	"net"
	"net/netip"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// Spec says what it is, and can be passed on as arguments of a program.
type Spec struct {
	Protocol string // HTTP or TCP
	Target   string // an address
	// Uncounted has it count no requests.
	Uncounted bool
}

// Args are for [Parse].
func (s Spec) Args() []string {
	return []string{s.Protocol, s.Target, strconv.FormatBool(s.Uncounted)}
}

// Parse reads what Args has made.
func Parse(args []string) (s Spec, err error) {
	if len(args) != 3 {
		return s, errors.New("balancer: needs a protocol, an address and whether it does not count")
	}
	s.Protocol, s.Target = args[0], args[1]
	s.Uncounted, err = strconv.ParseBool(args[2])
	return s, err
}

// Serve opens a port of loopback. It returns where that is, and how to close it.
func Serve(s Spec) (address string, stop func() error, err error) {
	target, err := netip.ParseAddrPort(s.Target)
	if err != nil {
		return "", nil, err
	}
	lb := dataplane.New(dataplane.Options{Uncounted: s.Uncounted, Listen: func(network, _ string) (net.Listener, error) {
		listener, err := net.Listen(network, "127.0.0.1:0")
		if err == nil {
			address = listener.Addr().String()
		}
		return listener, err
	}})
	for _, piece := range Pieces(s.Protocol, 80, target) {
		if err := lb.Set(piece); err != nil {
			return "", nil, errors.Join(err, lb.Close())
		}
	}
	return address, lb.Close, nil
}

// Pieces are a listener before a group of one target, which is checked.
func Pieces(protocol string, port uint16, target netip.AddrPort) []balancer.Piece {
	check := balancer.HealthCheck{Enabled: true, Protocol: "TCP", IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThreshold: 2, UnhealthyThreshold: 2}
	forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "group", Weight: 1}}}
	return []balancer.Piece{
		{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: protocol, HealthCheck: check}},
		{Target: &balancer.Target{Group: "group", ID: "target", Addr: target}},
		{Listener: &balancer.Listener{
			ID: "listener", Port: port, Protocol: protocol, Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}},
		}},
	}
}
