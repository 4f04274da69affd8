package scene

import (
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// SetFilter says what a sandbox takes and sends.
func (s *Env) SetFilter(sandbox string, f *backend.Filter) {
	s.Helper()
	for range 2 { // twice is harmless
		if err := s.Engine.SetFilter(s.Ctx, sandbox, f); err != nil {
			s.Fatalf("SetFilter: %v", err)
		}
	}
}

// Only is a single address.
func Only(a netip.Addr) backend.AddressRange { return backend.AddressRange{First: a, Last: a} }

func Rule(protocol, from, to int, peers ...backend.AddressRange) backend.FilterRule {
	return backend.FilterRule{Protocol: protocol, From: from, To: to, Peers: backend.Union(peers)}
}

// Everything is a rule that lets all pass.
func Everything() []backend.FilterRule {
	return []backend.FilterRule{Rule(backend.AnyProtocol, -1, -1, backend.Anywhere)}
}

// AskBoth asks for a server by TCP and for one by UDP.
func (s *Env) AskBoth(from string, to netip.Addr, tcp, udp bool) func() {
	s.Helper()
	first := s.Ask(s.Spec(from, "check"), to, 8080, tcp)
	second := s.AskURL(s.Spec(from, "check"), fmt.Sprintf("udp://%s:5353", to), udp)
	return func() { Judge(first, second) }
}
