package ipam

import (
	"iter"
	"net/netip"
	"slices"
)

// FreeRanges are the ranges for a network without a range of its own, in order of
// preference: AWS's default VPC, then the rest of 172.16.0.0/12 from its end, as
// Docker's own networks start at its beginning, then 10.0.0.0/8 likewise. None
// overlaps any of avoid. Source: Amazon VPC user guide, "Default VPCs".
func FreeRanges(avoid []netip.Prefix) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for candidate := range candidates {
			if !slices.ContainsFunc(avoid, candidate.Overlaps) && !yield(candidate) {
				return
			}
		}
	}
}

func candidates(yield func(netip.Prefix) bool) {
	for second := 31; second >= 16; second-- {
		if !yield(netip.PrefixFrom(netip.AddrFrom4([4]byte{172, byte(second)}), 16)) {
			return
		}
	}
	for second := 255; second >= 0; second-- {
		if !yield(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(second)}), 16)) {
			return
		}
	}
}
