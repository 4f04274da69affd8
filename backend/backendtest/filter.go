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

// setFilter says what a sandbox takes and sends.
func (s *env) setFilter(sandbox string, f *backend.Filter) {
	s.Helper()
	for range 2 { // twice is harmless
		if err := s.Engine.SetFilter(s.Ctx, sandbox, f); err != nil {
			s.Fatalf("SetFilter: %v", err)
		}
	}
}

// only is a single address.
func only(a netip.Addr) backend.AddressRange { return backend.AddressRange{First: a, Last: a} }

func rule(protocol, from, to int, peers ...backend.AddressRange) backend.FilterRule {
	return backend.FilterRule{Protocol: protocol, From: from, To: to, Peers: backend.Union(peers)}
}

// everything is a rule that lets all pass.
func everything() []backend.FilterRule {
	return []backend.FilterRule{rule(backend.AnyProtocol, -1, -1, backend.Anywhere)}
}

// askBoth asks for a server by TCP and for one by UDP.
func (s *env) askBoth(from string, to netip.Addr, tcp, udp bool) func() {
	s.Helper()
	first := s.Ask(s.Spec(from, "check"), to, 8080, tcp)
	second := s.AskURL(s.Spec(from, "check"), fmt.Sprintf("udp://%s:5353", to), udp)
	return func() { scene.Judge(first, second) }
}

func testFilter(s *env) {
	server, friend, stranger := s.StartedSandbox(), s.SharedFriend(), s.Inspect(s.SharedSandbox())
	s.ServeBoth(server.ID)
	s.setFilter(server.ID, &backend.Filter{
		In:  []backend.FilterRule{rule(backend.TCP, 8080, 8080, only(friend.IP)), rule(backend.UDP, 5353, 5353, only(stranger.IP))},
		Out: everything(),
	})
	scene.Judge(
		s.askBoth(friend.ID, server.IP, true, false),
		s.askBoth(stranger.ID, server.IP, false, true),
		s.askBoth(server.ID, netip.MustParseAddr("127.0.0.1"), true, true),
	)
	s.expectAnswer(server.ID, 8080, "served") // who dials is let in

	s.setFilter(server.ID, &backend.Filter{Out: []backend.FilterRule{rule(backend.UDP, -1, -1, only(friend.IP))}})
	scene.Judge(
		s.askBoth(stranger.ID, server.IP, false, false),
		s.askBoth(server.ID, friend.IP, false, true),
		s.AskAnew(s.Spec(server.ID, "check"), fmt.Sprintf("http://%s:8080/", friend.IP), false),
	)

	s.setFilter(server.ID, nil)
	scene.Judge(s.askBoth(stranger.ID, server.IP, true, true), s.askBoth(server.ID, friend.IP, true, true))
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
	s.setFilter(client.ID, &backend.Filter{Out: []backend.FilterRule{rule(backend.TCP, 8080, 8080, only(server.IP))}})
	ask(false)
	s.setFilter(client.ID, &backend.Filter{Out: []backend.FilterRule{rule(backend.AnyProtocol, -1, -1, only(server.IP))}})
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
		many = append(many, only(netip.AddrFrom4([4]byte{10, byte(i >> 7), byte(i), 1})))
	}
	with := append(slices.Clone(many), only(client.IP))
	s.setFilter(server.ID, &backend.Filter{Out: everything(), In: []backend.FilterRule{
		rule(backend.TCP, 8080, 8080, many...),
		rule(backend.TCP, 8081, 8081, with...),
		rule(backend.TCP, 8082, 8083, with...),
		rule(backend.TCP, 8084, 8084, backend.RangeOf(netip.PrefixFrom(client.IP, 24))),
		rule(backend.UDP, -1, -1, with...),
		rule(backend.ICMP, 8, -1, with...), rule(backend.ICMP, 3, 4, with...), rule(47, -1, -1, with...),
		rule(backend.AnyProtocol, -1, -1),
	}})
	from := s.Spec(client.ID, "check")
	asked := []func(){s.AskURL(from, fmt.Sprintf("udp://%s:5353", server.IP), true)}
	for port, answered := range map[int]bool{8080: false, 8081: true, 8083: true, 8084: true, 8085: false} {
		asked = append(asked, s.Ask(from, server.IP, port, answered))
	}
	scene.Judge(asked...)
	s.setFilter(server.ID, &backend.Filter{In: []backend.FilterRule{rule(backend.AnyProtocol, -1, -1, with...)}})
	scene.Judge(s.Ask(from, server.IP, 8085, true))
}

// testOpenConnection has one that its rule lets in, by a caller whom nothing else lets in.
func testOpenConnection(s *env) {
	server := s.StartedSandbox()
	s.Serve(server.ID, "8080", "served")
	s.setFilter(server.ID, &backend.Filter{Strict: true, In: []backend.FilterRule{rule(backend.TCP, 8080, 8080, only(s.Network.Gateway))}})
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
	s.setFilter(server.ID, &backend.Filter{Strict: true})
	get()
	s.expectSilence(server.ID, 8080)
	get()
}

// testMachineFilter has ports filtered by their number at the machine's address, for
// containers on its bridge and in its namespace, and nothing between these.
func testMachineFilter(s *env) {
	m, task := s.MachineInTurn()
	behind := s.served(s.on(m.Bridge.Name, task, "serve", "8080", "bridge"))
	s.served(s.joining(m, task, "serve", "9000", "host"))
	s.setTraffic(m.ID, backend.Traffic{Ports: []backend.PortForward{tcp(80, behind)}})
	friend, stranger := s.SharedFriend(), s.Inspect(s.SharedSandbox())
	s.setFilter(m.ID, &backend.Filter{
		In:  []backend.FilterRule{rule(backend.TCP, 80, 80, only(friend.IP)), rule(backend.TCP, 8080, 8080, only(stranger.IP))},
		Out: []backend.FilterRule{rule(backend.TCP, 8080, 8080, only(friend.IP))},
	})
	onBridge := s.on(m.Bridge.Name, task, "check")
	scene.Judge(
		s.Ask(s.Spec(friend.ID, "check"), m.IP, 80, true),
		s.Ask(s.Spec(stranger.ID, "check"), m.IP, 80, false),
		s.Ask(s.Spec(friend.ID, "check"), m.IP, 9000, false),
		s.Ask(onBridge, friend.IP, 8080, true),
		s.AskURL(onBridge, fmt.Sprintf("udp://%s:5353", friend.IP), false),
		s.AskAnew(onBridge, fmt.Sprintf("udp://%s:5353", friend.IP), false),
		s.Ask(s.joining(m, task, "check"), friend.IP, 8080, true),
		s.Ask(onBridge, m.IP, 80, true),
	)
	s.expectAnswer(m.ID, 80, "bridge")
}

func testFilterEnds(s *env) {
	sandbox := s.StartedSandbox()
	s.setFilter(sandbox.ID, &backend.Filter{Strict: true})
	s.Serve(sandbox.ID, "8080", "served")
	s.expectSilence(sandbox.ID, 8080)
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
	s.expectAnswer(sandbox.ID, 8080, "served")
}

func testFilterRefused(s *env) {
	f := &backend.Filter{In: everything()}
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
		"with an unknown protocol":        rule(256, -1, -1, any4),
		"with ports that no protocol has": rule(backend.AnyProtocol, 80, 80, any4),
		"beyond the last port":            rule(backend.TCP, 80, 65536, any4),
		"with ports in the wrong order":   rule(backend.UDP, 81, 80, any4),
		"with a type beyond the last one": rule(backend.ICMP, 256, -1, any4),
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
