package sim

import (
	"context"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

type network struct {
	backend.Network
	addresses *ipam.Network
	at        map[netip.Addr]*namespace // that have an address on it
	router    *namespace                // that leads out of it; nil if the engine does
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
	n := &network{
		Network:   backend.Network{ID: id, Name: spec.Name, CIDR: cidr, Gateway: gateway},
		addresses: ipam.New(cidr, gateway),
		at:        map[netip.Addr]*namespace{},
	}
	e.networks[spec.Name] = n
	return n.Network, nil
}

// freeRange is the range asked for, or else one that no other network has.
func (e *Engine) freeRange(want netip.Prefix) (netip.Prefix, error) {
	var taken []netip.Prefix
	for _, n := range e.networks {
		taken = append(taken, n.CIDR)
	}
	if want.IsValid() {
		if slices.ContainsFunc(taken, want.Overlaps) {
			return want, daemonError(backend.ErrAddressInUse, "Pool overlaps with other one on this address space")
		}
		return want.Masked(), nil
	}
	for cidr := range ipam.FreeRanges(taken) {
		return cidr, nil
	}
	return want, daemonError(nil, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
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
	return notFound(backend.KindNetwork, "network %s not found", name)
}

// RemoveNetwork removes a network that nothing is on.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	n := e.networks[name]
	if n != nil && (len(n.at) > 0 || n.router != nil) {
		return daemonError(nil, "error while removing network: network %s id %s has active endpoints", name, n.ID)
	}
	delete(e.networks, name)
	return nil
}
