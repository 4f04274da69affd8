package backend

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Filter is what the address of a sandbox takes and sends on its Network: what none of its
// rules is about does not pass. It is stateful: answers pass, and so does what belongs to
// a connection that was open before its rule went.
//
// With any rules, a sandbox reaches link-local addresses, name servers outside its
// network (port 53), a [Relay] at its port, and itself.
type Filter struct {
	In, Out []FilterRule
	// Strict holds the gateway of the network, which is the engine's host and who dials,
	// and containers that are no sandboxes, to the rules as well. They are let in otherwise.
	// Who comes through a [Relay] counts as the gateway.
	Strict bool
	// Now, unless it is nil, is what holds at any later time: an engine that looks at each
	// packet itself asks it, and need not be told again.
	Now func() *Filter
}

// AnyProtocol stands for all of them, with or without ports.
const AnyProtocol = -1

// Numbers of protocols. Source: IANA, assigned internet protocol numbers.
const (
	ICMP = 1
	TCP  = 6
	UDP  = 17
)

// FilterRule lets packets pass that begin something.
type FilterRule struct {
	Protocol int // number, or AnyProtocol
	// From and To are the first and the last port of the destination for TCP and UDP, and
	// the type and the code of an ICMP message. A From of -1 is all of them, and so is a To
	// of -1 for codes.
	From, To int
	// Peers are the addresses at the other end, in order and apart from each other.
	Peers []AddressRange
}

// AddressRange is the IPv4 addresses from the first to the last one.
type AddressRange struct{ First, Last netip.Addr }

// Anywhere is all addresses.
var Anywhere = AddressRange{netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{255, 255, 255, 255})}

// RangeOf is the addresses of an IPv4 prefix.
func RangeOf(p netip.Prefix) AddressRange {
	last := p.Masked().Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	return AddressRange{p.Masked().Addr(), netip.AddrFrom4(last)}
}

// Union is ranges in order and apart from each other that have the same addresses.
func Union(ranges []AddressRange) (union []AddressRange) {
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b AddressRange) int { return a.First.Compare(b.First) })
	for _, r := range sorted {
		if n := len(union); n > 0 && (!union[n-1].Last.Less(r.First) || union[n-1].Last.Next() == r.First) {
			if union[n-1].Last.Less(r.Last) {
				union[n-1].Last = r.Last
			}
			continue
		}
		union = append(union, r)
	}
	return union
}

// Flow is what a filter decides about.
type Flow struct {
	Protocol int
	// Port is the destination's.
	Port int
	Peer netip.Addr
}

// Pass reports whether one of the rules lets a flow of TCP or UDP pass.
func Pass(rules []FilterRule, f Flow) bool {
	return slices.ContainsFunc(rules, func(r FilterRule) bool {
		return (r.Protocol == AnyProtocol || r.Protocol == f.Protocol) &&
			(r.Protocol == AnyProtocol || r.From < 0 || r.From <= f.Port && f.Port <= r.To) && r.about(f.Peer)
	})
}

// about reports whether an address is among the peers.
func (r FilterRule) about(a netip.Addr) bool {
	_, found := slices.BinarySearchFunc(r.Peers, a, func(peers AddressRange, a netip.Addr) int {
		switch {
		case peers.Last.Less(a):
			return -1
		case a.Less(peers.First):
			return 1
		}
		return 0
	})
	return found
}

// Check says what is wrong with f, which may be nil, for a sandbox with an address or without.
func (f *Filter) Check(address netip.Addr) error {
	if !address.IsValid() {
		return errors.New("a sandbox without an address has nothing to filter")
	}
	if f == nil {
		return nil
	}
	for _, r := range slices.Concat(f.In, f.Out) {
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r FilterRule) check() error {
	most := 65535
	if r.Protocol == ICMP {
		most = 255
	}
	switch {
	case r.Protocol < AnyProtocol || r.Protocol > 255:
		return fmt.Errorf("unknown protocol %d", r.Protocol)
	case r.Protocol != TCP && r.Protocol != UDP && r.Protocol != ICMP && r.From >= 0:
		return fmt.Errorf("protocol %d has no ports", r.Protocol)
	case r.From < -1 || r.From > most || r.To < -1 || r.To > most:
		return fmt.Errorf("no ports or types are %d to %d", r.From, r.To)
	case r.From >= 0 && r.Protocol != ICMP && r.To < r.From:
		return fmt.Errorf("ports %d to %d are none", r.From, r.To)
	}
	for i, p := range r.Peers {
		if !p.First.Is4() || !p.Last.Is4() || p.Last.Less(p.First) || i > 0 && !r.Peers[i-1].Last.Less(p.First) {
			return fmt.Errorf("addresses %s to %s are not in order", p.First, p.Last)
		}
	}
	return nil
}
