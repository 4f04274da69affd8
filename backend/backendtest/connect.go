package backendtest

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

var connectCases = []testCase{
	{"CallsGoThroughTheProxiesOfBothSandboxes", testConnect},
	{"CallsAreLedInSandboxesThatRun", testConnectRefused},
}

// proxy runs a load balancer in a sandbox, with listeners that lead from ports to addresses.
func (s *env) proxy(engine backend.LoadBalancers, sandbox string, lead map[netip.AddrPort]netip.AddrPort) {
	s.Helper()
	spec := backend.LoadBalancerSpec{Name: s.UniqueName("proxy"), Sandbox: sandbox, Labels: s.Labels(), Logs: true}
	id, err := engine.CreateLoadBalancer(s.Ctx, spec)
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.IDs = append(s.IDs, id)
	s.Start(id)
	var pieces []balancer.Piece
	for from, to := range lead {
		group := from.String()
		forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: group, Weight: 1}}}
		pieces = append(pieces,
			balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: group, Protocol: "HTTP", ProtocolVersion: "HTTP1"}},
			balancer.Piece{Target: &balancer.Target{Group: group, ID: "target", Addr: to}},
			balancer.Piece{Listener: &balancer.Listener{
				ID: group, Addr: from.Addr(), Port: from.Port(), Protocol: "HTTP", Rules: []balancer.Rule{{ID: "default", Action: balancer.Action{Forward: forward}}},
			}})
	}
	session := s.Session(engine, id)
	if err := session.Update(s.Ctx, pieces); err != nil {
		s.Fatalf("Update: %v", err)
	}
	s.Cleanup(session.Close)
}

// setConnect says which calls a sandbox leads.
func (s *env) setConnect(engine backend.LoadBalancers, sandbox string, c backend.Connect) {
	s.Helper()
	for range 2 { // twice is harmless
		if err := engine.SetConnect(s.Ctx, sandbox, c); err != nil {
			s.Fatalf("SetConnect: %v", err)
		}
	}
}

// testConnect has a name of one sandbox lead to its proxy, which leads to the port of another one, which leads
// callers from outside to a proxy of its own, and that to the server. Its filter knows the server's port alone.
func testConnect(s *env) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	server, client, stranger := s.StartedSandbox(), s.StartedSandbox(), s.Inspect(s.SharedSandbox())
	at, loopback := netip.MustParseAddrPort, netip.MustParseAddr("127.0.0.1")
	s.SetFilter(server.ID, &backend.Filter{Strict: true, In: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(client.IP))}, Out: scene.Everything()})
	s.setConnect(engine, server.ID, backend.Connect{Ports: []backend.ConnectPort{{Port: 8080, To: 15000}}})
	s.setConnect(engine, client.ID, backend.Connect{
		Names: []backend.ConnectName{{Name: "api", Address: netip.MustParseAddr("127.255.0.1")}},
		Calls: []backend.ConnectCall{{At: at("127.255.0.1:80"), To: at("127.0.0.1:15001")}},
	})
	// A server of the same port in the client's sandbox is no obstacle.
	own := s.serving(client.ID, "80", "own")
	web := s.Serve(server.ID, "8080", "served")
	s.proxy(engine, client.ID, map[netip.AddrPort]netip.AddrPort{at("127.0.0.1:15001"): netip.AddrPortFrom(server.IP, 8080)})
	s.AskURL(s.Spec(client.ID, "check"), "http://api/", false)() // the other proxy does not run yet
	s.proxy(engine, server.ID, map[netip.AddrPort]netip.AddrPort{netip.AddrPortFrom(netip.IPv4Unspecified(), 15000): netip.AddrPortFrom(loopback, 8080)})
	scene.Judge(
		s.AskURL(s.Spec(client.ID, "check"), "http://api/", true),
		s.AskURL(s.Spec(client.ID, "check"), "http://127.0.0.1/", true),
		s.AskURL(s.Spec(server.ID, "check"), "http://127.0.0.1:8080/", true),
		s.Ask(s.Spec(stranger.ID, "check"), server.IP, 8080, false),
		s.Ask(s.Spec(client.ID, "check"), server.IP, 15000, false),
	)
	called := s.forward(own, backend.Forward{Host: "api", Port: 80})
	if body, err := called.get("/through"); err != nil || body != "served" {
		s.Errorf("a call through both proxies: %q, %v", body, err)
	}
	s.AwaitLine(web, "GET /through")
}

func testConnectRefused(s *env) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	lead := backend.Connect{Ports: []backend.ConnectPort{{Port: 80, To: 15000}}}
	s.ExpectMissing("SetConnect of no sandbox", engine.SetConnect(s.Ctx, "absent", lead), backend.KindContainer)
	stopped := s.CreatedSandbox()
	s.ExpectError("SetConnect of a sandbox that does not run", engine.SetConnect(s.Ctx, stopped, lead), backend.ErrNoSandbox)
	for _, bad := range []backend.Connect{
		{Ports: []backend.ConnectPort{{Port: 80}}},
		{Names: []backend.ConnectName{{Name: "a b", Address: netip.MustParseAddr("127.255.0.1")}}},
		{Names: []backend.ConnectName{{Name: "a", Address: netip.MustParseAddr("10.0.0.1")}}},
		{Calls: []backend.ConnectCall{{At: netip.MustParseAddrPort("10.0.0.1:80"), To: netip.MustParseAddrPort("127.0.0.1:80")}}},
	} {
		if err := engine.SetConnect(s.Ctx, s.SharedSandbox(), bad); err == nil {
			s.Errorf("SetConnect takes %+v", bad)
		}
	}
}
