package vpcnet

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
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

func TestRoutes(t *testing.T) {
	table := `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
tun0	00000000	010200C0	0003	0	0	0	00000080	0	0	0
tun0	00000080	010200C0	0003	0	0	0	00000080	0	0	0
tun0	0000000A	010200C0	0003	0	0	0	000000FF	0	0	0
tun0	00001EAC	00000000	0001	0	0	0	0000FFFF	0	0	0
`
	if got := fmt.Sprint(routes(strings.NewReader(table))); got != "[192.0.2.0/24 10.0.0.0/8 172.30.0.0/16]" {
		t.Errorf("routes = %s", got)
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
