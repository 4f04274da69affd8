package sim

import (
	"context"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Every network has the range of AWS's default VPC: they don't meet. As Docker
// does, the engine keeps the first address for the gateway; containers that ask
// for none get one of the last /20.
var (
	networkRange = netip.MustParsePrefix("172.31.0.0/16")
	ownRange     = netip.MustParsePrefix("172.31.240.0/20")
	gateway      = networkRange.Addr().Next()
)

type network struct {
	backend.Network
	taken map[netip.Addr]*container // the running sandboxes by address
	last  netip.Addr                // given to the last sandbox that asked for none
}

// EnsureNetwork makes a network, or finds the one of that name.
func (e *Engine) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Network{}, err
	}
	if n := e.networks[spec.Name]; n != nil {
		return n.Network, nil
	}
	id, err := e.newID()
	if err != nil {
		return backend.Network{}, err
	}
	n := &network{
		Network: backend.Network{ID: id, Name: spec.Name, CIDR: networkRange.String()},
		taken:   map[netip.Addr]*container{},
		last:    ownRange.Addr(),
	}
	e.networks[spec.Name] = n
	return n.Network, nil
}

// take gives a sandbox the address it wants, or any if that is the zero Addr.
func (n *network) take(c *container, want netip.Addr) (netip.Addr, error) {
	if want.IsValid() {
		switch {
		case !networkRange.Contains(want):
			return want, daemonError(nil, "invalid endpoint settings: no configured subnet contains IP address %s", want)
		case want == gateway || want == networkRange.Addr() || n.taken[want] != nil:
			return want, daemonError(backend.ErrAddressInUse, "Address already in use")
		}
		n.taken[want] = c
		return want, nil
	}
	for range 1 << (32 - ownRange.Bits()) {
		n.last = n.last.Next()
		if !ownRange.Contains(n.last.Next()) { // the last one is for broadcasts
			n.last = ownRange.Addr().Next()
		}
		if n.taken[n.last] == nil {
			n.taken[n.last] = c
			return n.last, nil
		}
	}
	return netip.Addr{}, daemonError(nil, "no available IPv4 addresses on this network's address pools: %s (%s)", n.Name, n.ID)
}
