// Package ranges tells which ranges of addresses are free.
package ranges

import (
	"net/netip"
	"slices"
)

// Ranges are the addresses of all networks, in order. No two of them overlap: whether a
// range is free depends on its two neighbours alone, among a thousand networks too.
type Ranges []netip.Prefix

// find returns the place of a range, and whether another one is in its way.
func (r Ranges) find(want netip.Prefix) (at int, taken bool) {
	at, taken = slices.BinarySearchFunc(r, want, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return at, taken || at > 0 && r[at-1].Overlaps(want) || at < len(r) && r[at].Overlaps(want)
}

func (r Ranges) Taken(want netip.Prefix) bool {
	_, taken := r.find(want)
	return taken
}

func (r *Ranges) Add(p netip.Prefix) {
	at, _ := r.find(p)
	*r = slices.Insert(*r, at, p)
}

func (r *Ranges) Remove(p netip.Prefix) {
	if at, _ := r.find(p); at < len(*r) && (*r)[at] == p {
		*r = slices.Delete(*r, at, at+1)
	}
}
