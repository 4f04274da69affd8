package swarm

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// Share is the part of a network's range that sandboxes never get. Swarm takes an address on the network for each of its
// engines, and the relay and the DNS server of each engine need one.
type Share struct {
	All netip.Prefix
	// Swarm is the first half: the ip-range of the network.
	Swarm netip.Prefix
}

// Bounds of the share of a range that a user has planned, where each address counts: room for 31 engines, and for two.
const (
	mostExact  = 26 // 64 addresses
	leastExact = 29 // 8
)

// ShareOf is the share of a range: its last sixteenth, or less where the user has planned the range.
func ShareOf(subnet netip.Prefix, exact bool) Share {
	all := ipam.EngineShare(subnet)
	switch {
	case exact && all.IsValid():
		all = last(subnet, min(max(all.Bits(), mostExact), leastExact))
	case !all.IsValid():
		all = last(subnet, max(leastExact, subnet.Bits()+1))
	}
	return Share{all, netip.PrefixFrom(all.Addr(), all.Bits()+1)}
}

// ShareBy is the share of a network with this ip-range.
func ShareBy(ipRange netip.Prefix) Share {
	return Share{netip.PrefixFrom(ipRange.Addr(), ipRange.Bits()-1), ipRange}
}

// last is the last part of a range with so many bits.
func last(of netip.Prefix, bits int) netip.Prefix {
	at := of.Masked().Addr().As4()
	for bit := of.Bits(); bit < bits; bit++ {
		at[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.PrefixFrom(netip.AddrFrom4(at), bits)
}
