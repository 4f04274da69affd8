package docker

import (
	"context"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// filterNetwork is the network of a sandbox, which may be of an earlier run.
func (e *Engine) filterNetwork(ctx context.Context, address netip.Addr) (vpcNetwork, error) {
	if vpc, ok := e.networkAround(address); ok {
		return vpc, nil
	}
	found, err := e.Networks(ctx, nil)
	if err != nil {
		return vpcNetwork{}, err
	}
	for _, n := range found {
		if n.CIDR.Contains(address) {
			return e.vpc(ctx, n.Name)
		}
	}
	return vpcNetwork{}, nil // the user has removed it
}

// networkAround is the network in use that an address is of.
func (e *Engine) networkAround(address netip.Addr) (vpcNetwork, bool) {
	for _, vpc := range e.knownVPCs() {
		if !vpc.isolated && vpc.subnet.Contains(address) {
			return vpc, true
		}
	}
	return vpcNetwork{}, false
}

// relayAt is where the relay of a network is: at the fourth address of the range, which AWS
// keeps for future use.
// Source: Amazon VPC user guide, subnet sizing.
func relayAt(vpc vpcNetwork) netip.Addr {
	at := vpc.subnet.Masked().Addr()
	for range 3 {
		at = at.Next()
	}
	if at == vpc.gateway || !vpc.subnet.Contains(at) {
		return netip.Addr{}
	}
	return at
}

// withRelay is a filter that lets a sandbox reach this process through the relay whatever the
// rules, which do not count for metadata, and lets in who comes through it where the gateway is
// let in.
// Source: Amazon VPC user guide, security groups: they do not filter what goes to and from task
// metadata endpoints.
func withRelay(f *backend.Filter, gateway, relay netip.Addr) *backend.Filter {
	if f == nil || !relay.IsValid() {
		return f
	}
	more := *f
	at := backend.AddressRange{First: relay, Last: relay}
	more.Out = slices.Clip(f.Out)
	for _, port := range []int{backend.RelayPort, metadataPort} {
		more.Out = append(more.Out, backend.FilterRule{Protocol: backend.TCP, From: port, To: port, Peers: []backend.AddressRange{at}})
	}
	more.In = slices.Clone(f.In)
	for i, r := range f.In {
		if slices.ContainsFunc(r.Peers, func(p backend.AddressRange) bool { return !gateway.Less(p.First) && !p.Last.Less(gateway) }) {
			more.In[i].Peers = backend.Union(append(slices.Clip(r.Peers), at))
		}
	}
	return &more
}
