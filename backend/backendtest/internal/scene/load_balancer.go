package scene

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
)

// LoadBalancer runs one, and returns its sandbox, itself, and a DNS name by which it is found. The
// name is its own: cases run at the same time on one network, where a name leads to any that has it.
func (s *Env) LoadBalancer(engine backend.LoadBalancers) (sandbox backend.Container, id, name string) {
	s.Helper()
	spec := s.SandboxSpec()
	name = strings.ToLower(s.UniqueName("web")) + ".us-east-1.elb.amazonaws.com"
	spec.Aliases = []string{name}
	sandbox = s.NewSandbox(spec)
	s.Start(sandbox.ID)
	called := backend.LoadBalancerSpec{Name: s.UniqueName("balancer"), Sandbox: sandbox.ID, Labels: s.Labels()}
	id, err := engine.CreateLoadBalancer(s.Ctx, called)
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.IDs = append(s.IDs, id)
	if again, err := engine.CreateLoadBalancer(s.Ctx, called); err != nil || again != id {
		s.Errorf("CreateLoadBalancer of one that exists = %q, %v, want %q", again, err, id)
	}
	s.Start(id)
	return sandbox, id, name
}

func (s *Env) Session(engine backend.LoadBalancers, id string) *control.Client {
	s.Helper()
	stream, err := engine.ConnectLoadBalancer(s.Ctx, id)
	if err != nil {
		s.Fatalf("ConnectLoadBalancer: %v", err)
	}
	ctx, cancel := context.WithTimeout(s.Ctx, Patience)
	defer cancel()
	session, err := control.Connect(ctx, stream, nil)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(session.Close)
	return session
}

// Target is a server in a sandbox, which says where it is.
func (s *Env) Target(sandbox backend.Container) netip.AddrPort {
	s.Helper()
	at := netip.AddrPortFrom(sandbox.IP, uint16(s.Port()))
	s.Serve(sandbox.ID, fmt.Sprint(at.Port()), at.String())
	return at
}

// Forwarding has port 80 lead to servers.
func Forwarding(targets ...netip.AddrPort) (pieces []balancer.Piece) {
	pieces = []balancer.Piece{{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1"}}}
	for _, t := range targets {
		pieces = append(pieces, balancer.Piece{Target: &balancer.Target{Group: "group", ID: t.String(), Addr: t}})
	}
	forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "group", Weight: 1}}}
	return append(pieces, balancer.Piece{Listener: &balancer.Listener{
		ID: "listener", Port: 80, Protocol: "HTTP", Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}},
	}})
}
