package vpcnet

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
		err := New(Options{Local: c.local}).inTheWay(c.spec, nil)
		if errors.Is(err, backend.ErrAddressInUse) != c.want || c.want != (err != nil) {
			t.Errorf("%+v, here %v: %v", c.spec, c.local, err)
		}
	}
}

// What engines say of a range that is taken.
func TestARangeThatIsTaken(t *testing.T) {
	for engine, says := range map[string]string{
		"Podman 4.3":                             "subnet 10.238.87.0/24 is already used on the host or by another config",
		"Docker 20.10":                           "Pool overlaps with other one on this address space",
		"Docker 20.10 while a network goes away": "failed to allocate gateway (172.19.0.1): Address already in use",
	} {
		if !overlaps(errors.New("Error response from daemon: " + says)) {
			t.Errorf("%s: %q is not recognized", engine, says)
		}
	}
	if overlaps(nil) || overlaps(errors.New("Error response from daemon: Address already in use")) {
		t.Error("anything counts as taken")
	}
}
