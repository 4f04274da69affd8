// Package ipam hands out the addresses of a network's subnets. Taking one costs the
// same in an empty and in a full subnet, and an address rests as long as it can
// before it is given again.
package ipam

import (
	"encoding/binary"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Network is the addresses of one IPv4 network.
type Network struct {
	mu      sync.Mutex
	cidr    netip.Prefix
	engine  netip.Prefix // the engine's own share, which is never handed out
	barred  netip.Prefix // which cannot be occupied either
	used    map[uint32]use
	subnets map[netip.Prefix]*subnet
}

// use is why an address is not free.
type use struct{ reserved, taken bool }

// subnet is where the search for a free address goes on: first over those that were
// never given, then over those that came back, the oldest first. It looks at each
// once: one in use that it passes comes back when it is free.
type subnet struct {
	first, next, last uint32
	back              []uint32
	isBack            map[uint32]bool // what back has
}

// AWS keeps the first four addresses of a subnet and the last one.
// Source: Amazon VPC user guide, subnet sizing.
const kept = 4

// New makes the addresses of a network, of which none is taken but the gateway's. share is
// the engine's own, which may be none.
func New(cidr netip.Prefix, gateway netip.Addr, share netip.Prefix) *Network {
	n := &Network{
		cidr: cidr.Masked(), engine: share,
		used: map[uint32]use{}, subnets: map[netip.Prefix]*subnet{},
	}
	n.used[number(gateway)] = use{taken: true}
	return n
}

// EngineShare is the last sixteenth of a range, from which an engine gives addresses
// to containers that ask for none: 172.31.240.0/20 of 172.31.0.0/16. A range too
// small to be divided has none.
func EngineShare(cidr netip.Prefix) netip.Prefix {
	bits := cidr.Bits() + 4
	if bits > 30 {
		return netip.Prefix{}
	}
	first := number(cidr.Masked().Addr())
	return netip.PrefixFrom(address(first|15<<(32-bits)), bits)
}

// Reserve takes an address of a subnet until Release; see backend.Engine.
func (n *Network) Reserve(from netip.Prefix) (netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if from.IsSingleIP() {
		at := number(from.Addr())
		u := n.used[at]
		u.reserved = true
		n.used[at] = u
		return from.Addr(), nil
	}
	return n.take(from, use{reserved: true})
}

// Release ends a reservation.
func (n *Network) Release(a netip.Addr) { n.give(a, func(u *use) { u.reserved = false }) }

// Take takes an address of a subnet, the zero Prefix being the whole network, until
// Give. It returns backend.ErrSubnetFull when none is free.
func (n *Network) Take(from netip.Prefix) (netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.take(from, use{taken: true})
}

// Occupy takes one address, reserved or not, until Give. It returns false when
// it is taken.
func (n *Network) Occupy(a netip.Addr) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	u := n.used[number(a)]
	if u.taken || n.barred.Contains(a) {
		return false
	}
	u.taken = true
	n.used[number(a)] = u
	return true
}

// Bar has nothing occupy the addresses of a range: others have them.
func (n *Network) Bar(from netip.Prefix) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.barred = from
}

// Give returns an address; a reservation of it stays.
func (n *Network) Give(a netip.Addr) { n.give(a, func(u *use) { u.taken = false }) }

func (n *Network) give(a netip.Addr, change func(*use)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at := number(a)
	u, known := n.used[at]
	if !known {
		return
	}
	if change(&u); u.reserved || u.taken {
		n.used[at] = u
		return
	}
	delete(n.used, at)
	if n.engine.Contains(a) {
		return // asked for by name
	}
	for _, s := range n.subnets { // those of the VPC, and the VPC itself
		s.giveBack(at)
	}
}

// giveBack notes that an address is free that the search has passed.
func (s *subnet) giveBack(at uint32) {
	if at < s.first || at >= s.next || s.isBack[at] {
		return
	}
	s.isBack[at] = true
	s.back = append(s.back, at)
}

func (n *Network) take(from netip.Prefix, as use) (netip.Addr, error) {
	s := n.subnet(from)
	for s.next < s.last {
		at := s.next
		s.next++
		if n.engine.Contains(address(at)) {
			s.next = min(s.last, at|(1<<(32-n.engine.Bits())-1)+1)
			continue
		}
		if _, inUse := n.used[at]; inUse {
			continue
		}
		n.used[at] = as
		return address(at), nil
	}
	for len(s.back) > 0 {
		at := s.back[0]
		s.back = s.back[1:]
		delete(s.isBack, at)
		if _, inUse := n.used[at]; inUse { // asked for by name, or taken from an overlapping range
			continue
		}
		n.used[at] = as
		return address(at), nil
	}
	return netip.Addr{}, backend.ErrSubnetFull
}

func (n *Network) subnet(from netip.Prefix) *subnet {
	if !from.IsValid() {
		from = n.cidr
	}
	from = from.Masked()
	if s := n.subnets[from]; s != nil {
		return s
	}
	first := number(from.Addr())
	s := &subnet{
		first: first + kept, next: first + kept, last: first | (1<<(32-from.Bits()) - 1),
		isBack: map[uint32]bool{},
	}
	n.subnets[from] = s
	return s
}

func number(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

func address(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}
