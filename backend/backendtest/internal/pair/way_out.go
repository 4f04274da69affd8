package pair

import (
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var wayOutCases = []testCase{
	{"AFilterDecidesWhatLeavesTheVPC", testFilteredWayOut},
	{"ContainersOnAMachineLeadOutOfTheVPC", testMachineWayOut},
}

var hostCases = []testCase{
	{"TheHostDoesNotGetIn", testHostKeptOut},
}

// besides are the cases for which a fixture has what they need.
func (f Fixture) besides() (cases []testCase) {
	if f.Outside.IsValid() {
		cases = append(cases, wayOutCases...)
	}
	if f.FromHost != nil {
		cases = append(cases, hostCases...)
	}
	return cases
}

// outside is where something answers that is in no VPC.
func (s *env) outside() string { return fmt.Sprintf("http://%s/", s.Outside) }

// testFilteredWayOut has sandboxes be let out of the VPC and not to a neighbour, and to a neighbour and not out.
func testFilteredWayOut(s *env) {
	s.both(func(here, there *scene.Env) {
		client, server := here.StartedSandbox(), there.StartedSandbox()
		there.Serve(server.ID, "8080")
		from := here.Spec(client.ID, "check")
		here.AwaitAnswer(from, at(server, 8080))
		here.AwaitAnswer(from, s.outside())
		judge := func(f *backend.Filter, outside, neighbour bool) {
			here.SetFilter(client.ID, f)
			scene.Judge(here.AskURL(from, s.outside(), outside), here.AskURL(from, at(server, 8080), neighbour))
		}
		port := int(s.Outside.Port())
		to := func(peer backend.AddressRange, port int) *backend.Filter {
			return &backend.Filter{Strict: true, Out: []backend.FilterRule{scene.Rule(backend.TCP, port, port, peer)}}
		}
		judge(to(scene.Only(s.Outside.Addr()), port), true, false)
		judge(to(scene.Only(s.Outside.Addr()), port+1), false, false)
		judge(to(backend.RangeOf(here.Network.CIDR), 8080), false, true)
		judge(&backend.Filter{}, false, false)
		judge(nil, true, true)
	})
}

// testMachineWayOut has containers on the bridge of a machine, and in its namespace, be let out by its filter alone.
func testMachineWayOut(s *env) {
	s.both(func(here, there *scene.Env) {
		m := here.Machine() // its filter is this case's alone
		task := here.TaskOn(m)
		onBridge, joined := here.On(m.Bridge.Name, task, "check"), here.Joining(m, task, "check")
		server := there.StartedSandbox()
		there.Serve(server.ID, "8080")
		out := &backend.Filter{Strict: true, Out: []backend.FilterRule{scene.Rule(backend.TCP, -1, -1, scene.Only(s.Outside.Addr()))}}
		in := &backend.Filter{Strict: true, Out: []backend.FilterRule{scene.Rule(backend.TCP, -1, -1, scene.Only(server.IP))}}
		for _, from := range []backend.ContainerSpec{onBridge, joined} {
			here.AwaitAnswer(from, s.outside())
			here.AwaitAnswer(from, at(server, 8080))
			here.SetFilter(m.ID, out)
			scene.Judge(here.AskURL(from, s.outside(), true), here.AskURL(from, at(server, 8080), false))
			here.SetFilter(m.ID, in)
			scene.Judge(here.AskURL(from, s.outside(), false), here.AskURL(from, at(server, 8080), true))
			here.SetFilter(m.ID, nil)
		}
	})
}

// testHostKeptOut has the host of engine B, which is in no VPC, not reach sandboxes there, with any filter or without.
func testHostKeptOut(s *env) {
	server := s.b.StartedSandbox()
	s.b.Serve(server.ID, "8080")
	s.a.AwaitAnswer(s.a.Spec(s.a.SharedSandbox(), "check"), at(server, 8080))
	everything := scene.Everything()
	for what, f := range map[string]*backend.Filter{"without a filter": nil, "with one that lets all in": {In: everything, Out: everything}} {
		s.b.SetFilter(server.ID, f)
		if s.FromHost(s.T, netip.AddrPortFrom(server.IP, 8080)) {
			s.Errorf("%s the host of the engine reaches a sandbox", what)
		}
	}
}
