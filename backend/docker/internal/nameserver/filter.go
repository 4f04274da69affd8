package nameserver

import (
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// InFilter is a filter that lets a sandbox ask the resolver of its network with any rules.
// Source: Amazon VPC user guide, security groups: they do not filter what goes to and from Amazon DNS.
func InFilter(f *backend.Filter, resolver netip.Addr) *backend.Filter {
	if f == nil || !resolver.IsValid() {
		return f
	}
	more := *f
	more.Out = slices.Clip(f.Out)
	at := []backend.AddressRange{{First: resolver, Last: resolver}}
	for _, protocol := range []int{backend.UDP, backend.TCP} {
		more.Out = append(more.Out, backend.FilterRule{Protocol: protocol, From: 53, To: 53, Peers: at})
	}
	return &more
}
