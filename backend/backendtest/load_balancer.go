package backendtest

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// dnsName is made like that of a load balancer.
const dnsName = "web-1234567890.us-east-1.elb.amazonaws.com"

// loadBalancer runs one, found by a name, and returns its sandbox and itself.
func (s *scene) loadBalancer(engine backend.LoadBalancers, name string) (sandbox backend.Container, id string) {
	s.Helper()
	spec := s.sandboxSpec()
	spec.Aliases = []string{name}
	sandbox = s.newSandbox(spec)
	s.start(sandbox.ID)
	called := backend.LoadBalancerSpec{Name: s.name("balancer"), Sandbox: sandbox.ID, Labels: s.labels()}
	id, err := engine.CreateLoadBalancer(s.ctx, called)
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.ids = append(s.ids, id)
	if again, err := engine.CreateLoadBalancer(s.ctx, called); err != nil || again != id {
		s.Errorf("CreateLoadBalancer of one that exists = %q, %v, want %q", again, err, id)
	}
	s.start(id)
	return sandbox, id
}

// session connects to one, and returns which pieces it has.
func (s *scene) session(engine backend.LoadBalancers, id string) *balancer.Session {
	s.Helper()
	stream, err := engine.ConnectLoadBalancer(s.ctx, id)
	if err != nil {
		s.Fatalf("ConnectLoadBalancer: %v", err)
	}
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	session, err := balancer.Connect(ctx, stream, nil)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(session.Close)
	return session
}

// testLoadBalancer is a container that keeps what it was told, for whoever connects next, until
// it ends.
func testLoadBalancer(s *scene) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	sandbox, id := s.loadBalancer(engine, dnsName)
	if c := s.inspect(id); c.State != backend.Running || c.SandboxID != sandbox.ID {
		s.Errorf("the load balancer is %+v", c)
	}
	group := balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP"}}
	first := s.session(engine, id)
	if err := first.Update(s.ctx, []balancer.Piece{group}); err != nil {
		s.Fatalf("Update: %v", err)
	}
	first.Close()
	if has := s.session(engine, id).Has(); len(has) != 1 || has[0].Key.ID != "group" {
		s.Errorf("who connects next finds %+v", has)
	}
	s.stop(id, grace)
	s.start(id)
	if has := s.session(engine, id).Has(); len(has) != 0 {
		s.Errorf("after its end it has %+v", has)
	}
}

func testLoadBalancerRefused(s *scene) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	_, err := engine.CreateLoadBalancer(s.ctx, backend.LoadBalancerSpec{Name: s.name("balancer"), Sandbox: "nobody", Labels: s.labels()})
	s.expectMissing("CreateLoadBalancer in no sandbox", err, backend.KindContainer)
	_, err = engine.ConnectLoadBalancer(s.ctx, "nobody")
	s.expectMissing("ConnectLoadBalancer to none", err, backend.KindContainer)
	spec := backend.LoadBalancerSpec{Name: s.name("balancer"), Sandbox: s.createSandbox(s.sandboxSpec()), Labels: s.labels()}
	id, err := engine.CreateLoadBalancer(s.ctx, spec)
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.ids = append(s.ids, id)
	s.expectError("Start in a sandbox that does not run", s.Engine.Start(s.ctx, id), backend.ErrNoSandbox)
}
