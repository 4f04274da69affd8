package ranges

import (
	"net/netip"
	"testing"
)

func TestRangesDoNotOverlap(t *testing.T) {
	var r Ranges
	for _, p := range []string{"10.2.0.0/16", "10.0.0.0/24", "10.0.1.0/26"} {
		r.Add(netip.MustParsePrefix(p))
	}
	for p, want := range map[string]bool{
		"10.0.1.0/24": true, "10.0.0.128/25": true, "10.0.0.0/24": true, "10.0.0.0/8": true, "10.2.255.0/24": true, "10.1.255.0/15": true,
		"10.0.1.64/26": false, "10.1.0.0/16": false, "10.3.0.0/16": false, "9.0.0.0/8": false,
	} {
		if taken := r.Taken(netip.MustParsePrefix(p).Masked()); taken != want {
			t.Errorf("%s is taken: %t", p, taken)
		}
	}
	r.Remove(netip.MustParsePrefix("10.0.0.0/24"))
	if r.Taken(netip.MustParsePrefix("10.0.0.128/25")) || len(r) != 2 {
		t.Errorf("a removed range is still there: %v", r)
	}
}
