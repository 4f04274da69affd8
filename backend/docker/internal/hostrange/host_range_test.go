package hostrange

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// Who invents addresses for names shows one of them.
func TestInventedAddresses(t *testing.T) {
	for has, want := range map[string]string{
		"198.18.0.1/30":    "198.18.0.0/16",
		"198.19.255.64/26": "198.19.0.0/16",
		"198.18.0.0/15":    "198.18.0.0/15",
		"198.51.100.0/24":  "198.51.100.0/24",
		"10.1.2.0/30":      "10.1.2.0/30",
	} {
		if got := WithInvented(netip.MustParsePrefix(has)); got != netip.MustParsePrefix(want) {
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
