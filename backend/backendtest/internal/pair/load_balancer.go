package pair

import (
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

var loadBalancerCases = []testCase{
	{"ALoadBalancerHasTargetsOnBoth", testTargets},
	{"TargetsOfTheOtherEngineSeeTheirClients", testClientAddress},
}

// testTargets has a load balancer lead to targets of both engines, found by its name from both.
func testTargets(s *env) {
	engine, ok := s.a.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	balanced, id, name := s.a.LoadBalancer(engine)
	here, there := s.a.Target(s.a.StartedSandbox()), s.b.Target(s.b.StartedSandbox())
	if err := s.a.Session(engine, id).Update(s.a.Ctx, scene.Forwarding(here, there)); err != nil {
		s.Fatalf("Update: %v", err)
	}
	answered := map[string]bool{}
	scene.Await(s.a, "answer of either target", func() map[string]bool {
		body, _ := s.a.Get(balanced.ID, 80, "/")
		answered[body] = true
		return answered
	}, func(bodies map[string]bool) bool { return bodies[here.String()] && bodies[there.String()] })
	s.both(func(here, _ *scene.Env) {
		here.AwaitAnswer(here.Spec(here.SharedSandbox(), "check"), "http://"+name+"/")
	})
}

// testClientAddress has a network load balancer before a target of the other engine, which lets in one client
// alone. So it sees that one's address, and not the load balancer's.
func testClientAddress(s *env) {
	engine, ok := s.a.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	spec := s.a.SandboxSpec()
	spec.Balances = true
	balanced := s.a.NewSandbox(spec)
	s.a.Start(balanced.ID)
	id, err := engine.CreateLoadBalancer(s.a.Ctx, backend.LoadBalancerSpec{Name: s.a.UniqueName("balancer"), Sandbox: balanced.ID, Labels: s.a.Labels()})
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.a.IDs = append(s.a.IDs, id)
	s.a.Start(id)
	target := s.b.StartedSandbox()
	s.b.Serve(target.ID, "8080")
	kept, err := engine.KeepClients(s.a.Ctx, balanced.ID, []netip.Addr{target.IP})
	if err != nil {
		s.Fatalf("KeepClients: %v", err)
	}
	direct := slices.Contains(kept, target.IP)
	if err := s.a.Session(engine, id).Update(s.a.Ctx, flows(netip.AddrPortFrom(target.IP, 8080), direct)); err != nil {
		s.Fatalf("Update: %v", err)
	}
	s.both(func(here, there *scene.Env) {
		client, stranger := here.Inspect(here.SharedSandbox()), there.Inspect(there.SharedSandbox())
		s.b.SetFilter(target.ID, &backend.Filter{Strict: true, Out: scene.Everything(), In: []backend.FilterRule{
			scene.Rule(backend.TCP, 8080, 8080, scene.Only(client.IP)),
		}})
		here.AwaitAnswer(here.Spec(client.ID, "check"), at(balanced, 80))
		there.AskURL(there.Spec(stranger.ID, "check"), at(balanced, 80), false)()
	})
}

// flows has port 80 lead to a target, which sees clients.
func flows(target netip.AddrPort, direct bool) []balancer.Piece {
	forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "group", Weight: 1}}}
	return []balancer.Piece{
		{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "TCP", Attributes: map[string]string{"preserve_client_ip.enabled": "true"}}},
		{Target: &balancer.Target{Group: "group", ID: "target", Addr: target, Direct: direct}},
		{Listener: &balancer.Listener{ID: "listener", Port: 80, Protocol: "TCP", Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}}}},
	}
}
