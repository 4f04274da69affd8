package backend_test

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestRangeOf(t *testing.T) {
	for prefix, want := range map[string][2]string{
		"10.1.2.3/32": {"10.1.2.3", "10.1.2.3"}, "10.1.2.3/24": {"10.1.2.0", "10.1.2.255"}, "10.1.255.3/15": {"10.0.0.0", "10.1.255.255"},
		"0.0.0.0/0": {"0.0.0.0", "255.255.255.255"}, "128.0.0.0/1": {"128.0.0.0", "255.255.255.255"},
	} {
		got := backend.RangeOf(netip.MustParsePrefix(prefix))
		if got.First.String() != want[0] || got.Last.String() != want[1] {
			t.Errorf("RangeOf(%s) = %v, want %v", prefix, got, want)
		}
	}
}

// TestUnion compares ranges of 32 addresses with their union, address by address, at either
// end of all addresses.
func TestUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]byte{0, 255}).Draw(t, "base")
		at := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{base, base, base, byte(n + int(base)&^31)}) }
		var ranges []backend.AddressRange
		for range rapid.IntRange(0, 6).Draw(t, "count") {
			first := rapid.IntRange(0, 31).Draw(t, "first")
			ranges = append(ranges, backend.AddressRange{First: at(first), Last: at(rapid.IntRange(first, 31).Draw(t, "last"))})
		}
		union := backend.Union(ranges)
		f := &backend.Filter{In: []backend.FilterRule{{Protocol: backend.TCP, From: -1, To: -1, Peers: union}}}
		if err := f.Check(at(1)); err != nil {
			t.Fatalf("Union(%v) = %v: %v", ranges, union, err)
		}
		for n := range 32 {
			in := false
			for _, r := range ranges {
				in = in || !at(n).Less(r.First) && !r.Last.Less(at(n))
			}
			if backend.Pass(f.In, backend.Flow{Protocol: backend.TCP, Port: 80, Peer: at(n)}) != in {
				t.Fatalf("Union(%v) = %v: %s is in one of the two only", ranges, union, at(n))
			}
		}
		for i := 1; i < len(union); i++ {
			if union[i-1].Last.Next() == union[i].First {
				t.Fatalf("Union(%v) = %v: two ranges are one", ranges, union)
			}
		}
	})
}

func TestPass(t *testing.T) {
	peer, other := netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.10")
	rules := []backend.FilterRule{
		{Protocol: backend.TCP, From: 80, To: 89, Peers: []backend.AddressRange{{First: peer, Last: peer}}},
		{Protocol: backend.UDP, From: -1, To: -1, Peers: []backend.AddressRange{{First: peer, Last: other}}},
	}
	for flow, want := range map[backend.Flow]bool{
		{Protocol: backend.TCP, Port: 80, Peer: peer}: true, {Protocol: backend.TCP, Port: 89, Peer: peer}: true,
		{Protocol: backend.TCP, Port: 90, Peer: peer}: false, {Protocol: backend.TCP, Port: 79, Peer: peer}: false,
		{Protocol: backend.TCP, Port: 80, Peer: other}: false, {Protocol: backend.UDP, Port: 9, Peer: other}: true,
		{Protocol: 47, Peer: peer}: false,
	} {
		if backend.Pass(rules, flow) != want {
			t.Errorf("%+v passes: %v", flow, !want)
		}
	}
	if !backend.Pass([]backend.FilterRule{{Protocol: backend.AnyProtocol, From: -1, To: -1, Peers: []backend.AddressRange{backend.Anywhere}}}, backend.Flow{Protocol: 47, Peer: peer}) {
		t.Error("a rule for all lets something not pass")
	}
}
