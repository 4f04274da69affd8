package docker

import (
	"net/netip"
	"testing"
)

func TestRoutesInTheWayOfPublicAddresses(t *testing.T) {
	const wanted = "192.0.2.0/24"
	for name, c := range map[string]struct {
		route hostRoute
		want  string
	}{
		"the default route":                {hostRoute{to: netip.MustParsePrefix("0.0.0.0/0")}, ""},
		"half of all, as of a VPN":         {hostRoute{to: netip.MustParsePrefix("128.0.0.0/1")}, ""},
		"another range":                    {hostRoute{to: netip.MustParsePrefix("192.0.3.0/24")}, ""},
		"the range":                        {hostRoute{to: netip.MustParsePrefix("192.0.2.0/24")}, "192.0.2.0/24"},
		"an address of it":                 {hostRoute{to: netip.MustParsePrefix("192.0.2.7/32")}, "192.0.2.7/32"},
		"a range that has it":              {hostRoute{to: netip.MustParsePrefix("192.0.0.0/16")}, "192.0.0.0/16"},
		"an address of it, of an emulator": {hostRoute{to: netip.MustParsePrefix("192.0.2.7/32"), ours: true}, ""},
	} {
		got := routeInTheWay(netip.MustParsePrefix(wanted), []hostRoute{c.route})
		if got.IsValid() != (c.want != "") || got.IsValid() && got.String() != c.want {
			t.Errorf("%s: got %v, want %q", name, got, c.want)
		}
	}
}
