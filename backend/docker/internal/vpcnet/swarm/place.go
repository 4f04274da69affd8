package swarm

import (
	"maps"
	"net/netip"
)

// Places are the addresses of a network that the relay and the DNS server of an engine have.
type Places struct{ Relay, Resolver netip.Addr }

// PlacesOf are the places of an engine, by its number among the engines of a run. The first one has the same as an engine by
// itself, at the fourth and the third address of the range, which AWS keeps. The others have addresses of the half of the share
// that Swarm does not have; where that is too small they have none.
// Source: Amazon VPC user guide, subnet sizing, Amazon DNS server.
func PlacesOf(subnet netip.Prefix, gateway netip.Addr, share netip.Prefix, engine int) Places {
	if engine == 0 {
		first := subnet.Masked().Addr()
		return Places{free(plus(first, 3), subnet, gateway), free(plus(first, 2), subnet, gateway)}
	}
	half := last(share, share.Bits()+1)
	at := plus(half.Addr(), 2*(engine-1))
	return Places{free(at, half, gateway), free(at.Next(), half, gateway)}
}

// NumberAt is the number of the engine whose relay or DNS server has an address, below most; ok is false if none has it.
func NumberAt(at netip.Addr, subnet netip.Prefix, gateway netip.Addr, share netip.Prefix, most int) (engine int, ok bool) {
	for n := range most {
		if p := PlacesOf(subnet, gateway, share, n); at.IsValid() && (p.Relay == at || p.Resolver == at) {
			return n, true
		}
	}
	return 0, false
}

// free is an address of a range that is neither the gateway's nor the last one.
func free(at netip.Addr, within netip.Prefix, gateway netip.Addr) netip.Addr {
	if at == gateway || !within.Contains(at) || !within.Contains(at.Next()) {
		return netip.Addr{}
	}
	return at
}

func plus(at netip.Addr, n int) netip.Addr {
	for range n {
		at = at.Next()
	}
	return at
}

// Number gives each engine a number that no other one has: the one that it had before, or the lowest that is free. Others have
// theirs on engines that are not among these, or are not known to be.
func Number[E comparable](engines []E, before map[E]int, others map[int]bool) map[E]int {
	numbers, taken := map[E]int{}, maps.Clone(others)
	if taken == nil {
		taken = map[int]bool{}
	}
	for _, e := range engines {
		if n, ok := before[e]; ok && !taken[n] {
			numbers[e], taken[n] = n, true
		}
	}
	for _, e := range engines {
		if _, ok := numbers[e]; ok {
			continue
		}
		n := 0
		for taken[n] {
			n++
		}
		numbers[e], taken[n] = n, true
	}
	return numbers
}
