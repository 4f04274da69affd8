package securitygroup

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// leaveOut takes ranges away from who may be at the other end.
func (t traffic) leaveOut(ranges []netip.Prefix) {
	for _, p := range ranges {
		gone := backend.RangeOf(p)
		for k, peers := range t {
			t[k] = without(peers, gone)
		}
	}
}

// without is ranges, but for the addresses of one.
func without(ranges []backend.AddressRange, gone backend.AddressRange) (left []backend.AddressRange) {
	for _, r := range ranges {
		if r.Last.Less(gone.First) || gone.Last.Less(r.First) {
			left = append(left, r)
			continue
		}
		if r.First.Less(gone.First) {
			left = append(left, backend.AddressRange{First: r.First, Last: gone.First.Prev()})
		}
		if gone.Last.Less(r.Last) {
			left = append(left, backend.AddressRange{First: gone.Last.Next(), Last: r.Last})
		}
	}
	return left
}
