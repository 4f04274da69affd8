package ipam

import (
	"net/netip"
	"testing"
)

func TestFreeRanges(t *testing.T) {
	first := func(avoid ...string) string {
		var ranges []netip.Prefix
		for _, a := range avoid {
			ranges = append(ranges, netip.MustParsePrefix(a))
		}
		for free := range FreeRanges(ranges) {
			return free.String()
		}
		return ""
	}
	for _, c := range []struct {
		avoid []string
		want  string
	}{
		{nil, "172.31.0.0/16"},
		{[]string{"172.31.4.0/24"}, "172.30.0.0/16"},
		{[]string{"172.24.0.0/13"}, "172.23.0.0/16"},
		{[]string{"172.16.0.0/12"}, "10.255.0.0/16"},
		{[]string{"172.16.0.0/12", "10.255.255.255/32", "fd00::/8"}, "10.254.0.0/16"},
		{[]string{"172.16.0.0/12", "10.0.0.0/8"}, ""},
	} {
		if got := first(c.avoid...); got != c.want {
			t.Errorf("avoiding %v: %q; want %q", c.avoid, got, c.want)
		}
	}
	for cidr, want := range map[string]string{
		"172.31.0.0/16": "172.31.240.0/20", "10.9.8.0/24": "10.9.8.240/28", "10.9.8.0/27": "invalid Prefix",
	} {
		if got := EngineShare(netip.MustParsePrefix(cidr)).String(); got != want {
			t.Errorf("the engine's share of %s is %s, want %s", cidr, got, want)
		}
	}
}
