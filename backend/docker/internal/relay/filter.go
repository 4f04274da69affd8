package relay

import (
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// InFilter is a filter that lets a sandbox reach this process through the relay with any
// rules, which do not count for metadata, and lets in what comes through it where the gateway is
// let in, and at some ports with any rules.
// Source: Amazon VPC user guide, security groups: they do not filter what goes to and from task
// metadata endpoints.
func InFilter(f *backend.Filter, gateway, relay netip.Addr, always ...int) *backend.Filter {
	if f == nil || !relay.IsValid() {
		return f
	}
	more := *f
	at := backend.AddressRange{First: relay, Last: relay}
	more.Out = slices.Clip(f.Out)
	for _, port := range []int{backend.RelayPort, MetadataPort} {
		more.Out = append(more.Out, backend.FilterRule{Protocol: backend.TCP, From: port, To: port, Peers: []backend.AddressRange{at}})
	}
	more.In = slices.Clone(f.In)
	for i, r := range f.In {
		if slices.ContainsFunc(r.Peers, func(p backend.AddressRange) bool { return !gateway.Less(p.First) && !p.Last.Less(gateway) }) {
			more.In[i].Peers = backend.Union(append(slices.Clip(r.Peers), at))
		}
	}
	for _, port := range always {
		more.In = append(more.In, backend.FilterRule{Protocol: backend.TCP, From: port, To: port, Peers: []backend.AddressRange{at}})
	}
	return &more
}
