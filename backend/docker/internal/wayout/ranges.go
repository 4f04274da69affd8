package wayout

import (
	"encoding/binary"
	"iter"
	"net/netip"
	"slices"
)

// shared is where the range of a bridge is looked for, from its end on: addresses for what is between a network and its way out,
// which hardly a VPC has.
// Source: RFC 6598, shared address space.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// bits is the length of a range: 2,046 addresses, for the 1,023 containers that may be on a bridge.
const bits = 21

// Ranges are those that a bridge may have, apart from others.
func Ranges(taken []netip.Prefix) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		first := shared.Addr().As4()
		for n := 1<<(bits-shared.Bits()) - 1; n >= 0; n-- {
			var at [4]byte
			binary.BigEndian.PutUint32(at[:], binary.BigEndian.Uint32(first[:])+uint32(n)<<(32-bits))
			r := netip.PrefixFrom(netip.AddrFrom4(at), bits)
			if !slices.ContainsFunc(taken, r.Overlaps) && !yield(r) {
				return
			}
		}
	}
}
