package docker

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Networks of container instances keep clear of what the host has elsewhere, as exact ones do.
func TestRangesOfTheHostAreInTheWay(t *testing.T) {
	loopback := netip.MustParsePrefix("127.9.0.0/26") // of 127.0.0.0/8, which each host has
	for _, c := range []struct {
		spec  backend.NetworkSpec
		local bool
		want  bool
	}{
		{backend.NetworkSpec{CIDR: loopback, Isolated: true}, true, true},
		{backend.NetworkSpec{CIDR: loopback, Exact: true}, true, true},
		{backend.NetworkSpec{CIDR: loopback}, true, false},
		{backend.NetworkSpec{CIDR: loopback, Isolated: true}, false, false}, // of another host
		{backend.NetworkSpec{CIDR: netip.MustParsePrefix("240.0.0.0/26"), Isolated: true}, true, false},
		{backend.NetworkSpec{Isolated: true}, true, false},
	} {
		err := (&Engine{local: c.local}).inTheWay(c.spec, nil)
		if errors.Is(err, backend.ErrAddressInUse) != c.want || c.want != (err != nil) {
			t.Errorf("%+v, here %v: %v", c.spec, c.local, err)
		}
	}
}

// Who invents addresses for names shows one of them.
func TestInventedAddresses(t *testing.T) {
	for has, want := range map[string]string{
		"198.18.0.1/30":    "198.18.0.0/16",
		"198.19.255.64/26": "198.19.0.0/16",
		"198.18.0.0/15":    "198.18.0.0/15",
		"198.51.100.0/24":  "198.51.100.0/24",
		"10.1.2.0/30":      "10.1.2.0/30",
	} {
		if got := withInvented(netip.MustParsePrefix(has)); got != netip.MustParsePrefix(want) {
			t.Errorf("%s: %s, want %s", has, got, want)
		}
	}
}
