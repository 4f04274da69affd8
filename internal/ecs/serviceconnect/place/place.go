// Package place says what a task has of its proxy of Service Connect: a container beside its own ones, and listeners at
// places that follow from the endpoints of its deployment alone. So the agent, which has the sandbox lead calls there,
// and the controller, which has the proxy listen there, need not tell each other.
package place

import (
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Places are the listeners of a proxy.
type Places struct {
	Outgoing []Outgoing
	Incoming []Incoming
}

// Outgoing is where calls to an endpoint go.
type Outgoing struct {
	*state.ConnectEndpoint
	Called netip.Addr     // to which the name leads
	At     netip.AddrPort // where the proxy listens
}

// Incoming is where calls to a service of the task go.
type Incoming struct {
	*state.ConnectService
	Port uint16 // where the proxy listens
}

// Redirected reports whether calls to the container's port go to the proxy.
func (i Incoming) Redirected() bool { return i.IngressPort == 0 }

// Names lead to addresses from 127.255.0.1 on, as on AWS. The proxy listens at ports that containers rarely have, so
// that one may listen at all addresses at the port of an alias.
// Source: field reports of hosts files for the addresses; the ports are Envoy's customary ones.
const firstPort = 15000

var (
	firstName = netip.AddrFrom4([4]byte{127, 255, 0, 1})
	loopback  = netip.AddrFrom4([4]byte{127, 0, 0, 1})
)

// Of returns the places of the proxy of a deployment's tasks. Endpoints of one name and port have the first one's.
func Of(c *state.Connect) (p Places) {
	var taken []uint16
	for _, s := range c.Services {
		taken = append(taken, s.ContainerPort, s.IngressPort)
	}
	next := uint16(firstPort)
	port := func() uint16 {
		for slices.Contains(taken, next) {
			next++
		}
		next++
		return next - 1
	}
	for i := range c.Services {
		in := Incoming{ConnectService: &c.Services[i], Port: c.Services[i].IngressPort}
		if in.Redirected() {
			in.Port = port()
		}
		p.Incoming = append(p.Incoming, in)
	}
	names, free := map[string]netip.Addr{}, firstName
	for i := range c.Endpoints {
		e := &c.Endpoints[i]
		if slices.ContainsFunc(p.Outgoing, func(o Outgoing) bool { return o.DNSName == e.DNSName && o.ConnectEndpoint.Port == e.Port }) {
			continue
		}
		at, known := names[e.DNSName]
		if !known {
			at = free
			names[e.DNSName], free = at, free.Next()
		}
		p.Outgoing = append(p.Outgoing, Outgoing{ConnectEndpoint: e, Called: at, At: netip.AddrPortFrom(loopback, port())})
	}
	return p
}

// Calls are what the task's sandbox leads to the proxy.
func (p Places) Calls() (c backend.Connect) {
	for _, o := range p.Outgoing {
		name := backend.ConnectName{Name: o.DNSName, Address: o.Called}
		if !slices.Contains(c.Names, name) {
			c.Names = append(c.Names, name)
		}
		c.Calls = append(c.Calls, backend.ConnectCall{At: netip.AddrPortFrom(o.Called, o.Port), To: o.At})
	}
	for _, i := range p.Incoming {
		if i.Redirected() {
			c.Ports = append(c.Ports, backend.ConnectPort{Port: i.ContainerPort, To: i.Port})
		}
	}
	return c
}
