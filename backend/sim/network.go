package sim

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/nameserver"
)

var _ backend.RangeChecker = (*Engine)(nil)

type network struct {
	backend.Network
	addresses *ipam.Network
	at        map[netip.Addr]*namespace // that have an address on it
	names     map[string][]*namespace   // by which others there find them
	router    *namespace                // that leads out of it; nil if the engine does
	resolver  *nameserver.Server        // that sandboxes on it ask; nil is none
}

// EnsureNetwork makes a network, or finds the one of that name.
func (e *Engine) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Network{}, err
	}
	if n := e.networks[spec.Name]; n != nil {
		if spec.Resolver && n.resolver == nil {
			n.resolver = nameserver.New()
		}
		return n.Network, nil
	}
	cidr, err := e.freeRange(spec.CIDR)
	if err != nil {
		return backend.Network{}, err
	}
	id, err := e.newID()
	if err != nil {
		return backend.Network{}, err
	}
	gateway := spec.Gateway
	if !gateway.IsValid() {
		gateway = cidr.Addr().Next()
	}
	share := ipam.EngineShare(cidr)
	if spec.Exact {
		share = netip.Prefix{}
	}
	n := &network{
		Network:   backend.Network{ID: id, Name: spec.Name, CIDR: cidr, Gateway: gateway, Labels: maps.Clone(spec.Labels)},
		addresses: ipam.New(cidr, gateway, share),
		at:        map[netip.Addr]*namespace{},
		names:     map[string][]*namespace{},
	}
	if spec.Resolver {
		n.resolver = nameserver.New()
	}
	e.networks[spec.Name] = n
	e.ranges.add(cidr)
	return n.Network, nil
}

// freeRange is the range asked for, or else one that no other network has.
func (e *Engine) freeRange(want netip.Prefix) (netip.Prefix, error) {
	if want.IsValid() {
		want = want.Masked()
		if _, taken := e.ranges.find(want); taken {
			return want, daemon.Text(backend.ErrAddressInUse, e.inTheWay(want))
		}
		return want, nil
	}
	for cidr := range ipam.FreeRanges(e.ranges) {
		return cidr, nil
	}
	return want, daemon.Errorf(nil, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
}

// RangeInUse implements backend.RangeChecker.
func (e *Engine) RangeInUse(ctx context.Context, cidr netip.Prefix) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	_, err := e.freeRange(cidr)
	return err
}

// inTheWay says who has part of a range.
func (e *Engine) inTheWay(want netip.Prefix) string {
	for _, name := range slices.Sorted(maps.Keys(e.networks)) {
		if has := e.networks[name].CIDR; has.Overlaps(want) {
			return fmt.Sprintf("%s overlaps %s of network %s", want, has, name)
		}
	}
	return "Pool overlaps with other one on this address space"
}

// ReserveAddress takes an address of a subnet.
func (e *Engine) ReserveAddress(ctx context.Context, name string, subnet netip.Prefix) (netip.Addr, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(ctx, name)
	if err != nil {
		return netip.Addr{}, err
	}
	return n.addresses.Reserve(subnet)
}

// ReleaseAddress ends a reservation.
func (e *Engine) ReleaseAddress(name string, address netip.Addr) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := e.networks[name]; n != nil {
		n.addresses.Release(address)
	}
}

func (e *Engine) findNetwork(ctx context.Context, name string) (*network, error) {
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	n := e.networks[name]
	if n == nil {
		return nil, noSuchNetwork(name)
	}
	return n, nil
}

func noSuchNetwork(name string) error {
	return daemon.NotFoundf(backend.KindNetwork, "network %s not found", name)
}

// Networks returns the networks that carry all labels, by name.
func (e *Engine) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	var list []backend.Network
	for _, name := range slices.Sorted(maps.Keys(e.networks)) {
		if n := e.networks[name].Network; carries(n.Labels, labels) {
			list = append(list, n)
		}
	}
	return list, nil
}

// RemoveNetwork removes a network that nothing runs on.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	n := e.networks[name]
	if n == nil {
		return nil
	}
	if n.inUse() {
		return daemon.Errorf(nil, "error while removing network: network %s id %s has active endpoints", name, n.ID)
	}
	n.resolver.End()
	delete(e.networks, name)
	e.ranges.remove(n.CIDR)
	return nil
}

// inUse reports whether something runs on the network, or routes it.
func (n *network) inUse() bool {
	for _, on := range n.at {
		if on.self.state == backend.Running {
			return true
		}
	}
	return n.router != nil && n.router.self.state == backend.Running
}

// networkGone tells of a network that was removed under a container whose namespace is on
// it.
func (e *Engine) networkGone(c *container) error {
	for _, n := range []*network{c.net.network, c.net.routes} {
		if c.net.self == c && n != nil && e.networks[n.Name] != n {
			return noSuchNetwork(n.Name)
		}
	}
	return nil
}
