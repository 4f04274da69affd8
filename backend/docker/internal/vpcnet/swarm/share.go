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

// Bounds of the share of a range that a user has planned, where each address counts: 8 addresses, and 64.
const (
	leastExact = 29
	mostExact  = 26
)

// ShareOf is the share of a range: its last sixteenth. Where the user has planned the range it is what so many engines need: each
// has an address from Swarm, and one for a spare container, and each but the first one two of the other half. No one has the last
// address of the range.
func ShareOf(subnet netip.Prefix, exact bool, engines int) Share {
	all := ipam.EngineShare(subnet)
	if exact || !all.IsValid() {
		size := leastExact
		for size > mostExact && 2*engines > 1<<(31-size) {
			size--
		}
		all = last(subnet, max(size, subnet.Bits()+1))
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
