package backend

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Traffic is what a sandbox does with packets.
type Traffic struct {
	// Ports of its address lead to containers on the network that it routes.
	Ports []PortForward
	// CutOff drops all that comes in or goes out, but for the loopback address.
	CutOff bool
	// Daemons is the address of the sandbox in whose namespace DaemonAddress is: of one on the same network, or of
	// the sandbox itself. The zero Addr leaves it as it is.
	Daemons netip.Addr
}

// DaemonAddress is where tasks on a managed instance find what its daemons listen at.
// Source: users' reports of managed daemons, 2026-04 (ECS0410).
const DaemonAddress = "169.254.172.2"

// PortForward leads ports of a sandbox to as many ports of a container, each to the one
// that is as far from the first.
type PortForward struct {
	Protocol string // "tcp" or "udp"
	Port     uint16
	// More is the number of ports that follow the first one.
	More uint16
	To   netip.AddrPort
}

// Lead is where a port leads to.
func (p PortForward) Lead(protocol string, port uint16) (to netip.AddrPort, ok bool) {
	if protocol != p.Protocol || port < p.Port || port-p.Port > p.More {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(p.To.Addr(), p.To.Port()+port-p.Port), true
}

// last is the highest port, which may be none.
func (p PortForward) last() int { return int(p.Port) + int(p.More) }

// Check says what is wrong with t for a sandbox that routes a network or not.
func (t Traffic) Check(routes bool) error {
	if t.Daemons.IsValid() && !t.Daemons.Is4() {
		return fmt.Errorf("daemons are at no IPv4 address: %s", t.Daemons)
	}
	for _, p := range t.Ports {
		switch {
		case !routes:
			return errors.New("ports lead nowhere in a sandbox that routes no network")
		case p.Protocol != "tcp" && p.Protocol != "udp":
			return fmt.Errorf("unknown protocol %q", p.Protocol)
		case p.Port == 0 || p.To.Port() == 0 || !p.To.Addr().Is4():
			return fmt.Errorf("port %d/%s cannot lead to %s", p.Port, p.Protocol, p.To)
		case p.last() > 65535 || int(p.To.Port())+int(p.More) > 65535:
			return fmt.Errorf("no %d ports follow port %d/%s and %s", p.More, p.Port, p.Protocol, p.To)
		}
	}
	sorted := slices.SortedFunc(slices.Values(t.Ports), func(a, b PortForward) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
	})
	for i := 1; i < len(sorted); i++ {
		if before, p := sorted[i-1], sorted[i]; p.Protocol == before.Protocol && int(p.Port) <= before.last() {
			return fmt.Errorf("port %d/%s leads to two places", p.Port, p.Protocol)
		}
	}
	return nil
}
