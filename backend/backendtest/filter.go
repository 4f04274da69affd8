package backendtest

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var filterCases = []testCase{
	{"AFilterLetsPassWhatItsRulesSay", testFilter},
	{"AFilterKnowsManyAddressesAndPorts", testFilterRanges},
	{"AnOpenConnectionOutlivesItsRule", testOpenConnection},
	{"NamesAreNotAskedOfSandboxes", testFilterNames},
	{"ASandboxThatStartsAgainHasAnotherLifeAndNoFilter", testFilterEnds},
	{"FiltersAreForSandboxesThatRun", testFilterRefused},
}

func testFilter(s *env) {
	server, friend, stranger := s.StartedSandbox(), s.SharedFriend(), s.Inspect(s.SharedSandbox())
	s.ServeBoth(server.ID)
	s.SetFilter(server.ID, &backend.Filter{
		In:  []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(friend.IP)), scene.Rule(backend.UDP, 5353, 5353, scene.Only(stranger.IP))},
		Out: scene.Everything(),
	})
	scene.Judge(
		s.AskBoth(friend.ID, server.IP, true, false),
		s.AskBoth(stranger.ID, server.IP, false, true),
		s.AskBoth(server.ID, netip.MustParseAddr("127.0.0.1"), true, true),
	)
	s.ExpectAnswer(server.ID, 8080, "served") // who dials is let in

	s.SetFilter(server.ID, &backend.Filter{Out: []backend.FilterRule{scene.Rule(backend.UDP, -1, -1, scene.Only(friend.IP))}})
	scene.Judge(
		s.AskBoth(stranger.ID, server.IP, false, false),
		s.AskBoth(server.ID, friend.IP, false, true),
		s.AskAnew(s.Spec(server.ID, "check"), fmt.Sprintf("http://%s:8080/", friend.IP), false),
	)

	s.SetFilter(server.ID, nil)
	scene.Judge(s.AskBoth(stranger.ID, server.IP, true, true), s.AskBoth(server.ID, friend.IP, true, true))
}

// testFilterNames has servers at the port of DNS: only those beyond the network are asked without a rule.
func testFilterNames(s *env) {
	server, client := s.SharedFriend(), s.StartedSandbox()
	s.Serve(server.ID, "53", "served")
	id := s.Launch(server.ID, "udp", "53")
	s.AwaitLine(id, "listening on :53")
	ask := func(answered bool) {
		s.Helper()
		from := s.Spec(client.ID, "check")
		url := fmt.Sprintf("udp://%s:53", server.IP)
		scene.Judge(s.Ask(from, server.IP, 53, answered), s.AskURL(from, url, answered), s.AskAnew(from, url, answered))
	}
	s.SetFilter(client.ID, &backend.Filter{Out: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(server.IP))}})
	ask(false)
	s.SetFilter(client.ID, &backend.Filter{Out: []backend.FilterRule{scene.Rule(backend.AnyProtocol, -1, -1, scene.Only(server.IP))}})
	ask(true)
}

// testFilterRanges has a rule of its own for each port, and more addresses than one message
// to the kernel has.
func testFilterRanges(s *env) {
	server, client := s.StartedSandbox(), s.Inspect(s.SharedSandbox())
	s.Serve(server.ID, "8080-8085")
	id := s.Launch(server.ID, "udp", "5353")
	s.AwaitLine(id, "listening on :5353")
	var many []backend.AddressRange
	for i := range 1500 {
		many = append(many, scene.Only(netip.AddrFrom4([4]byte{10, byte(i >> 7), byte(i), 1})))
	}
	with := append(slices.Clone(many), scene.Only(client.IP))
	s.SetFilter(server.ID, &backend.Filter{Out: scene.Everything(), In: []backend.FilterRule{
		scene.Rule(backend.TCP, 8080, 8080, many...),
		scene.Rule(backend.TCP, 8081, 8081, with...),
		scene.Rule(backend.TCP, 8082, 8083, with...),
		scene.Rule(backend.TCP, 8084, 8084, backend.RangeOf(netip.PrefixFrom(client.IP, 24))),
		scene.Rule(backend.UDP, -1, -1, with...),
		scene.Rule(backend.ICMP, 8, -1, with...), scene.Rule(backend.ICMP, 3, 4, with...), scene.Rule(47, -1, -1, with...),
		scene.Rule(backend.AnyProtocol, -1, -1),
	}})
	from := s.Spec(client.ID, "check")
	asked := []func(){s.AskURL(from, fmt.Sprintf("udp://%s:5353", server.IP), true)}
	for port, answered := range map[int]bool{8080: false, 8081: true, 8083: true, 8084: true, 8085: false} {
		asked = append(asked, s.Ask(from, server.IP, port, answered))
	}
	scene.Judge(asked...)
	s.SetFilter(server.ID, &backend.Filter{In: []backend.FilterRule{scene.Rule(backend.AnyProtocol, -1, -1, with...)}})
	scene.Judge(s.Ask(from, server.IP, 8085, true))
}

// testOpenConnection has one that its rule lets in, by a caller whom nothing else lets in.
func testOpenConnection(s *env) {
	server := s.StartedSandbox()
	s.Serve(server.ID, "8080", "served")
	s.SetFilter(server.ID, &backend.Filter{Strict: true, In: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(s.Network.Gateway))}})
	ctx, cancel := context.WithTimeout(s.Ctx, scene.Patience)
	defer cancel()
	conn, err := s.Engine.Dial(ctx, "tcp", server.ID, 8080)
	if err != nil {
		s.Fatalf("Dial where a rule allows it: %v", err)
	}
	defer func() { _ = conn.Close() }()
	answers := bufio.NewReader(conn)
	get := func() {
		s.Helper()
		_ = conn.SetDeadline(time.Now().Add(scene.Patience))
		if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n"); err != nil {
			s.Fatalf("write on the open connection: %v", err)
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			s.Fatalf("read on the open connection: %v", err)
		}
		_ = answer.Body.Close()
	}
	get()
	s.SetFilter(server.ID, &backend.Filter{Strict: true})
	get()
	s.ExpectSilence(server.ID, 8080)
	get()
}

// testMachineFilter has ports filtered by their number at the machine's address, for
// containers on its bridge and in its namespace, and nothing between these.
func testMachineFilter(s *env) {
	m, task := s.MachineInTurn()
	behind := s.Served(s.On(m.Bridge.Name, task, "serve", "8080", "bridge"))
	s.Served(s.Joining(m, task, "serve", "9000", "host"))
	s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{tcp(80, behind)}})
	friend, stranger := s.SharedFriend(), s.Inspect(s.SharedSandbox())
	s.SetFilter(m.ID, &backend.Filter{
		In:  []backend.FilterRule{scene.Rule(backend.TCP, 80, 80, scene.Only(friend.IP)), scene.Rule(backend.TCP, 8080, 8080, scene.Only(stranger.IP))},
		Out: []backend.FilterRule{scene.Rule(backend.TCP, 8080, 8080, scene.Only(friend.IP))},
	})
	onBridge := s.On(m.Bridge.Name, task, "check")
	scene.Judge(
		s.Ask(s.Spec(friend.ID, "check"), m.IP, 80, true),
		s.Ask(s.Spec(stranger.ID, "check"), m.IP, 80, false),
		s.Ask(s.Spec(friend.ID, "check"), m.IP, 9000, false),
		s.Ask(onBridge, friend.IP, 8080, true),
		s.AskURL(onBridge, fmt.Sprintf("udp://%s:5353", friend.IP), false),
		s.AskAnew(onBridge, fmt.Sprintf("udp://%s:5353", friend.IP), false),
		s.Ask(s.Joining(m, task, "check"), friend.IP, 8080, true),
		s.Ask(onBridge, m.IP, 80, true),
	)
	s.ExpectAnswer(m.ID, 80, "bridge")
}

func testFilterEnds(s *env) {
	sandbox := s.StartedSandbox()
	s.SetFilter(sandbox.ID, &backend.Filter{Strict: true})
	s.Serve(sandbox.ID, "8080", "served")
	s.ExpectSilence(sandbox.ID, 8080)
	first := s.Inspect(sandbox.ID).StartedAt
	s.Start(sandbox.ID)
	if again := s.Inspect(sandbox.ID).StartedAt; first.IsZero() || !again.Equal(first) {
		s.Errorf("a sandbox that runs began at %v, and after Start at %v", first, again)
	}
	s.Stop(sandbox.ID, scene.Patience)
	s.Start(sandbox.ID)
	if second := s.Inspect(sandbox.ID).StartedAt; !second.After(first) {
		s.Errorf("a sandbox that began at %v began at %v when it started again", first, second)
	}
	s.Serve(sandbox.ID, "8080", "served")
	s.ExpectAnswer(sandbox.ID, 8080, "served")
}

func testFilterRefused(s *env) {
	f := &backend.Filter{In: scene.Everything()}
	s.ExpectMissing("SetFilter of an unknown one", s.Engine.SetFilter(s.Ctx, unknownID, f), backend.KindContainer)
	s.ExpectError("SetFilter of one that does not run", s.Engine.SetFilter(s.Ctx, s.SharedStopped(), f), backend.ErrNoSandbox)
	spec := s.SandboxSpec()
	spec.Network = ""
	withoutAddress := s.CreateSandbox(spec)
	s.Start(withoutAddress)
	if err := s.Engine.SetFilter(s.Ctx, withoutAddress, f); err == nil {
		s.Error("SetFilter of a sandbox without an address succeeds")
	}
	any4 := backend.Anywhere
	for what, wrong := range map[string]backend.FilterRule{
		"with an unknown protocol":        scene.Rule(256, -1, -1, any4),
		"with ports that no protocol has": scene.Rule(backend.AnyProtocol, 80, 80, any4),
		"beyond the last port":            scene.Rule(backend.TCP, 80, 65536, any4),
		"with ports in the wrong order":   scene.Rule(backend.UDP, 81, 80, any4),
		"with a type beyond the last one": scene.Rule(backend.ICMP, 256, -1, any4),
		"with addresses that are in two":  {Protocol: backend.TCP, From: -1, To: -1, Peers: []backend.AddressRange{any4, any4}},
		"with addresses from last to first": {Protocol: backend.TCP, From: -1, To: -1, Peers: []backend.AddressRange{
			{First: any4.Last, Last: any4.First},
		}},
	} {
		if err := s.Engine.SetFilter(s.Ctx, s.SharedSandbox(), &backend.Filter{In: []backend.FilterRule{wrong}}); err == nil {
			s.Errorf("SetFilter %s succeeds", what)
		}
	}
}
