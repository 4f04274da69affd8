package vpc

import (
	"maps"
	"net/netip"
	"slices"
)

// addressOwners are the owners of network interfaces, by address. VPCs may have the same ranges,
// so an address can be of several.
type addressOwners struct {
	byAddress map[netip.Addr]map[string]struct{}
	addresses map[string]netip.Addr // by ARN
}

func newAddressOwners() addressOwners {
	return addressOwners{byAddress: map[netip.Addr]map[string]struct{}{}, addresses: map[string]netip.Addr{}}
}

// add notes the address of an interface, which may have had another one.
func (h *addressOwners) add(owner string, address netip.Addr) {
	h.remove(owner)
	if !address.IsValid() {
		return
	}
	h.addresses[owner] = address
	put(h.byAddress, address, owner)
}

// remove forgets an interface. None is harmless.
func (h *addressOwners) remove(owner string) {
	take(h.byAddress, h.addresses[owner], owner)
	delete(h.addresses, owner)
}

// of lists the owners of an address, in order.
func (h *addressOwners) of(address netip.Addr) []string {
	return slices.Sorted(maps.Keys(h.byAddress[address]))
}
