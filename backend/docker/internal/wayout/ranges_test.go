package wayout

import (
	"net/netip"
	"testing"
)

func TestRangesOfABridge(t *testing.T) {
	for _, c := range []struct {
		taken []string
		want  string // the first one
		count int
	}{
		{nil, "100.127.248.0/21", 2048},
		{[]string{"172.31.0.0/16", "10.0.0.0/8"}, "100.127.248.0/21", 2048},
		{[]string{"100.127.250.0/24", "100.127.0.0/17"}, "100.127.240.0/21", 2048 - 1 - 16},
		{[]string{"100.64.0.0/10"}, "invalid Prefix", 0},
	} {
		var taken []netip.Prefix
		for _, r := range c.taken {
			taken = append(taken, netip.MustParsePrefix(r))
		}
		var first netip.Prefix
		count := 0
		for r := range Ranges(taken) {
			if count == 0 {
				first = r
			}
			count++
		}
		if first.String() != c.want || count != c.count {
			t.Errorf("beside %q: %s and %d in all; want %s and %d", c.taken, first, count, c.want, c.count)
		}
	}
	for range Ranges(nil) {
		break
	}
}
