package sim

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/nameserver"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/ranges"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

var _ backend.RangeChecker = (*Engine)(nil)

// VPCs are where engines with the same ones have their networks: sandboxes of all of them reach each other there, an
// address is given once, and a name leads to any of them. Only isolated networks are each engine's own.
type VPCs struct {
	mu       sync.Mutex          // of all that the engines have
	networks map[string]*network // by name
	ranges   ranges.Ranges       // of networks, the isolated ones of all engines included
	lastPort uint16              // of a client that sends datagrams
}

// NewVPCs makes what several engines are given as their VPCs.
func NewVPCs() *VPCs { return &VPCs{networks: map[string]*network{}} }

type network struct {
	backend.Network
	addresses *ipam.Network
	at        map[netip.Addr]*namespace // that have an address on it
	names     map[string][]*namespace   // by which others there find them
	router    *namespace                // that leads out of it; nil if the engine does
	isolated  bool
	resolves  bool                           // it has a resolver on each engine
	resolvers map[*Engine]*nameserver.Server // those that run
}

// network is the network of a name; nil is none.
func (e *Engine) network(name string) *network {
	if n := e.bridges[name]; n != nil {
		return n
	}
	return e.vpcs.networks[name]
}

// all are the networks that the engine knows, by name.
func (e *Engine) allNetworks() []*network {
	all := slices.AppendSeq(slices.Collect(maps.Values(e.bridges)), maps.Values(e.vpcs.networks))
	sorting.By(all, func(a, b *network) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// EnsureNetwork makes a network, or finds the one of that name.
func (e *Engine) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Network{}, err
	}
	if n := e.network(spec.Name); n != nil {
		n.resolves = n.resolves || spec.Resolver
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
		isolated:  spec.Isolated,
		resolves:  spec.Resolver,
		resolvers: map[*Engine]*nameserver.Server{},
	}
	e.among(n)[n.Name] = n
	e.vpcs.ranges.Add(cidr)
	return n.Network, nil
}

// among are the networks of which a network is one.
func (e *Engine) among(n *network) map[string]*network {
	if n.isolated {
		return e.bridges
	}
	return e.vpcs.networks
}

// freeRange is the range asked for, or else one that no other network has.
func (e *Engine) freeRange(want netip.Prefix) (netip.Prefix, error) {
	if want.IsValid() {
		want = want.Masked()
		if e.vpcs.ranges.Taken(want) {
			return want, daemon.Text(backend.ErrAddressInUse, e.inTheWay(want))
		}
		return want, nil
	}
	for cidr := range ipam.FreeRanges(e.vpcs.ranges) {
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
	for _, n := range e.allNetworks() {
		if n.CIDR.Overlaps(want) {
			return fmt.Sprintf("%s overlaps %s of network %s", want, n.CIDR, n.Name)
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
	if n := e.network(name); n != nil {
		n.addresses.Release(address)
	}
}

func (e *Engine) findNetwork(ctx context.Context, name string) (*network, error) {
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	n := e.network(name)
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
	for _, n := range e.allNetworks() {
		if carries(n.Labels, labels) {
			list = append(list, n.Network)
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
	n := e.network(name)
	if n == nil {
		return nil
	}
	if n.inUse() {
		return daemon.Errorf(nil, "error while removing network: network %s id %s has active endpoints", name, n.ID)
	}
	e.drop(n)
	return nil
}

// drop forgets a network.
func (e *Engine) drop(n *network) {
	for _, r := range n.resolvers {
		r.End()
	}
	delete(e.among(n), n.Name)
	e.vpcs.ranges.Remove(n.CIDR)
}

// leaveNetworks drops the networks that no other engine has sandboxes on. The engine's own have gone.
func (e *Engine) leaveNetworks() {
	for _, n := range e.allNetworks() {
		if n.isolated || len(n.at) == 0 {
			e.drop(n)
		}
		n.endResolver(e)
	}
	e.bridges = map[string]*network{}
}

// endResolver ends the resolver that the network has on an engine. The next one knows nothing.
func (n *network) endResolver(on *Engine) {
	n.resolvers[on].End()
	delete(n.resolvers, on)
}

// inUse reports whether something runs on the network, or routes it. What runs on engines that do not answer is not known.
func (n *network) inUse() bool {
	for _, on := range n.at {
		if on.runs() {
			return true
		}
	}
	return n.router != nil && n.router.runs()
}

func (n *namespace) runs() bool { return n.self.state == backend.Running && n.self.engine.lost == nil }

// networkGone tells of a network that was removed under a container whose namespace is on
// it.
func (e *Engine) networkGone(c *container) error {
	for _, n := range []*network{c.net.network, c.net.routes} {
		if c.net.self == c && n != nil && e.network(n.Name) != n {
			return noSuchNetwork(n.Name)
		}
	}
	return nil
}
