package agent

import (
	"net/netip"
	"sync"
)

// addresses hands out the addresses of the VPC. What is in use stands in the
// tasks' attachments, from which it is filled again after a restart.
type addresses struct {
	mu    sync.Mutex
	taken map[netip.Addr]bool
	last  map[netip.Prefix]netip.Addr
}

func newAddresses() *addresses {
	return &addresses{taken: map[netip.Addr]bool{}, last: map[netip.Prefix]netip.Addr{}}
}

// take returns a free address of a subnet; ok is false when there is none. The
// search starts behind the last one given, so that an address rests after use.
func (a *addresses) take(subnet netip.Prefix) (ip netip.Addr, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	// AWS keeps the first four addresses of a subnet and the last.
	first := subnet.Masked().Addr().Next().Next().Next().Next()
	ip = first
	if last, used := a.last[subnet]; used {
		ip = last.Next()
	}
	for range 1 << (32 - subnet.Bits()) {
		if !subnet.Contains(ip.Next()) {
			ip = first
		}
		if !a.taken[ip] {
			a.taken[ip] = true
			a.last[subnet] = ip
			return ip, true
		}
		ip = ip.Next()
	}
	return netip.Addr{}, false
}

// occupy marks an address that a task already has.
func (a *addresses) occupy(ip string) {
	if addr, err := netip.ParseAddr(ip); err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.taken[addr] = true
	}
}

// give returns an address.
func (a *addresses) give(ip string) {
	if addr, err := netip.ParseAddr(ip); err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.taken, addr)
	}
}
