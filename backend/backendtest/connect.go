package backendtest

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

var connectCases = []testCase{
	{"CallsGoThroughTheProxiesOfBothSandboxes", testConnect},
	{"CallsAreLedInSandboxesThatRun", testConnectRefused},
}

// proxy runs a load balancer in a sandbox, with listeners that lead from ports to addresses.
func (s *env) proxy(engine backend.LoadBalancers, sandbox string, lead map[netip.AddrPort]netip.AddrPort) {
	s.Helper()
	id, err := engine.CreateLoadBalancer(s.ctx, backend.LoadBalancerSpec{Name: s.name("proxy"), Sandbox: sandbox, Labels: s.labels(), Logs: true})
	if err != nil {
		s.Fatalf("CreateLoadBalancer: %v", err)
	}
	s.ids = append(s.ids, id)
	s.start(id)
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
	session := s.session(engine, id)
	if err := session.Update(s.ctx, pieces); err != nil {
		s.Fatalf("Update: %v", err)
	}
	s.Cleanup(session.Close)
}

// setConnect says which calls a sandbox leads.
func (s *env) setConnect(engine backend.LoadBalancers, sandbox string, c backend.Connect) {
	s.Helper()
	for range 2 { // twice is harmless
		if err := engine.SetConnect(s.ctx, sandbox, c); err != nil {
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
	server, client, stranger := s.startedSandbox(), s.startedSandbox(), s.inspect(s.sharedSandbox())
	at, loopback := netip.MustParseAddrPort, netip.MustParseAddr("127.0.0.1")
	s.setFilter(server.ID, &backend.Filter{Strict: true, In: []backend.FilterRule{rule(backend.TCP, 8080, 8080, only(client.IP))}, Out: everything()})
	s.setConnect(engine, server.ID, backend.Connect{Ports: []backend.ConnectPort{{Port: 8080, To: 15000}}})
	s.setConnect(engine, client.ID, backend.Connect{
		Names: []backend.ConnectName{{Name: "api", Address: netip.MustParseAddr("127.255.0.1")}},
		Calls: []backend.ConnectCall{{At: at("127.255.0.1:80"), To: at("127.0.0.1:15001")}},
	})
	// A server of the same port in the client's sandbox is no obstacle.
	own := s.serving(client.ID, "80", "own")
	web := s.serve(server.ID, "8080", "served")
	s.proxy(engine, client.ID, map[netip.AddrPort]netip.AddrPort{at("127.0.0.1:15001"): netip.AddrPortFrom(server.IP, 8080)})
	s.askURL(s.spec(client.ID, "check"), "http://api/", false)() // the other proxy does not run yet
	s.proxy(engine, server.ID, map[netip.AddrPort]netip.AddrPort{netip.AddrPortFrom(netip.IPv4Unspecified(), 15000): netip.AddrPortFrom(loopback, 8080)})
	judge(
		s.askURL(s.spec(client.ID, "check"), "http://api/", true),
		s.askURL(s.spec(client.ID, "check"), "http://127.0.0.1/", true),
		s.askURL(s.spec(server.ID, "check"), "http://127.0.0.1:8080/", true),
		s.ask(s.spec(stranger.ID, "check"), server.IP, 8080, false),
		s.ask(s.spec(client.ID, "check"), server.IP, 15000, false),
	)
	called := s.forward(own, backend.Forward{Host: "api", Port: 80})
	if body, err := called.get("/through"); err != nil || body != "served" {
		s.Errorf("a call through both proxies: %q, %v", body, err)
	}
	s.awaitLine(web, "GET /through")
}

func testConnectRefused(s *env) {
	engine, ok := s.Engine.(backend.LoadBalancers)
	if !ok {
		return
	}
	lead := backend.Connect{Ports: []backend.ConnectPort{{Port: 80, To: 15000}}}
	s.expectMissing("SetConnect of no sandbox", engine.SetConnect(s.ctx, "absent", lead), backend.KindContainer)
	stopped := s.createdSandbox()
	s.expectError("SetConnect of a sandbox that does not run", engine.SetConnect(s.ctx, stopped, lead), backend.ErrNoSandbox)
	for _, bad := range []backend.Connect{
		{Ports: []backend.ConnectPort{{Port: 80}}},
		{Names: []backend.ConnectName{{Name: "a b", Address: netip.MustParseAddr("127.255.0.1")}}},
		{Names: []backend.ConnectName{{Name: "a", Address: netip.MustParseAddr("10.0.0.1")}}},
		{Calls: []backend.ConnectCall{{At: netip.MustParseAddrPort("10.0.0.1:80"), To: netip.MustParseAddrPort("127.0.0.1:80")}}},
	} {
		if err := engine.SetConnect(s.ctx, s.sharedSandbox(), bad); err == nil {
			s.Errorf("SetConnect takes %+v", bad)
		}
	}
}
