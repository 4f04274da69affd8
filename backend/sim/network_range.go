package sim

import (
	"net/netip"
	"slices"
)

// ranges are the addresses of all networks, in order. No two of them overlap, so that of a
// thousand networks two neighbours tell whether a range is free.
type ranges []netip.Prefix

// find returns the place of a range, and whether another one is in its way.
func (r ranges) find(want netip.Prefix) (at int, taken bool) {
	at, taken = slices.BinarySearchFunc(r, want, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return at, taken || at > 0 && r[at-1].Overlaps(want) || at < len(r) && r[at].Overlaps(want)
}

func (r *ranges) add(p netip.Prefix) {
	at, _ := r.find(p)
	*r = slices.Insert(*r, at, p)
}

func (r *ranges) remove(p netip.Prefix) {
	*r = slices.DeleteFunc(*r, func(other netip.Prefix) bool { return other == p })
}
