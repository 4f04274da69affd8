package ipam

import (
	"errors"
	"net/netip"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var (
	vpc     = netip.MustParsePrefix("172.31.0.0/16")
	gateway = netip.MustParseAddr("172.31.0.1")
)

func TestASubnetGivesAllButWhatAWSKeeps(t *testing.T) {
	n, subnet := New(vpc, gateway, EngineShare(vpc)), netip.MustParsePrefix("172.31.16.0/28")
	for _, want := range []string{"172.31.16.4", "172.31.16.5", "172.31.16.6"} {
		if got, err := n.Take(subnet); err != nil || got != netip.MustParseAddr(want) {
			t.Errorf("Take: %v, %v; want %s", got, err, want)
		}
	}
	for range 8 {
		if _, err := n.Take(subnet); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := n.Take(subnet); !errors.Is(err, backend.ErrSubnetFull) {
		t.Errorf("a twelfth address of a /28: %v, %v", got, err)
	}
	n.Give(netip.MustParseAddr("172.31.16.7"))
	n.Give(netip.MustParseAddr("172.31.16.4"))
	for _, want := range []string{"172.31.16.7", "172.31.16.4"} {
		if got, err := n.Take(subnet); err != nil || got != netip.MustParseAddr(want) {
			t.Errorf("Take from a full subnet to which addresses came back: %v, %v; want %s, which rested longest", got, err, want)
		}
	}
}

func TestTheWholeNetworkSparesTheEnginesShare(t *testing.T) {
	n := New(vpc, gateway, EngineShare(vpc))
	for got := range 1<<16 - 1<<12 - kept {
		a, err := n.Take(netip.Prefix{})
		if err != nil {
			t.Fatalf("after %d addresses: %v", got, err)
		}
		if EngineShare(vpc).Contains(a) || a == gateway {
			t.Fatalf("Take: %v, which is the engine's", a)
		}
	}
	if a, err := n.Take(netip.Prefix{}); err == nil {
		t.Errorf("one more address than there are: %v", a)
	}
	named := EngineShare(vpc).Addr()
	n.Occupy(named)
	n.Give(named)
	if a, err := n.Take(netip.Prefix{}); err == nil {
		t.Errorf("Take: %v, which a caller asked for by name and gave back, but is the engine's", a)
	}
}

func TestABarredAddressIsNeverOccupied(t *testing.T) {
	n := New(vpc, gateway, EngineShare(vpc))
	n.Bar(EngineShare(vpc))
	if at := EngineShare(vpc).Addr(); n.Occupy(at) {
		t.Errorf("%s of the engine's share is occupied", at)
	}
	if at := EngineShare(vpc).Addr().Prev(); !n.Occupy(at) {
		t.Errorf("%s beside the engine's share is not occupied", at)
	}
}

func TestAReservationOutlivesItsSandbox(t *testing.T) {
	n, subnet := New(vpc, gateway, EngineShare(vpc)), netip.MustParsePrefix("172.31.16.0/28")
	a, err := n.Reserve(subnet)
	if err != nil {
		t.Fatal(err)
	}
	if !n.Occupy(a) {
		t.Error("a reserved address cannot be occupied")
	}
	if n.Occupy(a) {
		t.Error("an address is occupied twice")
	}
	n.Give(a)
	for range 10 {
		if b, err := n.Take(subnet); err != nil || b == a {
			t.Errorf("Take: %v, %v; want another than the reserved %v", b, err, a)
		}
	}
	n.Release(a)
	if b, err := n.Take(subnet); err != nil || b != a {
		t.Errorf("Take: %v, %v; want %v, which is no longer reserved", b, err, a)
	}
}

// TestNoAddressIsGivenTwice takes and gives at random and compares with a plain
// set; in the end everything is free again.
func TestNoAddressIsGivenTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, subnet := New(vpc, gateway, EngineShare(vpc)), netip.MustParsePrefix("172.31.16.0/28")
		size := 11
		have := map[netip.Addr]bool{}
		steps := rapid.SliceOfN(rapid.IntRange(0, 15), 0, 200).Draw(t, "steps")
		for _, step := range steps {
			named := address(number(subnet.Addr()) + uint32(step))
			switch {
			case step < kept || step == 15:
				a, err := n.Take(subnet)
				if (err == nil) != (len(have) < size) || have[a] {
					t.Fatalf("Take: %v, %v; in use: %v", a, err, have)
				}
				if err == nil {
					have[a] = true
				}
			case have[named]:
				n.Give(named)
				delete(have, named)
			default:
				if !n.Occupy(named) {
					t.Fatalf("%v is free and cannot be occupied", named)
				}
				have[named] = true
			}
		}
		for a := range have {
			n.Give(a)
		}
		for got := range size {
			if _, err := n.Take(subnet); err != nil {
				t.Fatalf("all is free, but after %d addresses: %v", got, err)
			}
		}
	})
}

// TestSubnetsMayOverlap takes an address of a subnet that the whole network has passed
// in its search, and the other way round.
func TestSubnetsMayOverlap(t *testing.T) {
	small := netip.MustParsePrefix("172.31.0.0/28")
	n := New(vpc, gateway, EngineShare(vpc))
	var taken []netip.Addr
	for range 11 {
		a, err := n.Take(small)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, a)
	}
	if a, err := n.Take(netip.Prefix{}); err != nil || small.Contains(a) && a != netip.MustParseAddr("172.31.0.15") {
		t.Fatalf("Take of the whole network: %v, %v", a, err)
	}
	for _, a := range taken {
		n.Give(a)
	}
	for got := range 11 {
		if _, err := n.Take(small); err != nil {
			t.Fatalf("all came back, but after %d addresses: %v", got, err)
		}
	}
}

// BenchmarkTake gives one address back and takes one, among few taken and among many,
// which all were given back and asked for again by name.
func BenchmarkTake(b *testing.B) {
	for _, taken := range []int{10, 4000} {
		b.Run(strconv.Itoa(taken), func(b *testing.B) {
			n, subnet := New(vpc, gateway, EngineShare(vpc)), netip.MustParsePrefix("172.31.16.0/20")
			var all []netip.Addr
			for range 4000 {
				a, err := n.Take(subnet)
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, a)
			}
			for _, a := range all {
				n.Give(a)
			}
			all = all[:taken]
			for _, a := range all {
				n.Occupy(a)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				a, err := n.Take(subnet)
				if err != nil {
					b.Fatal(err)
				}
				n.Give(all[i%taken])
				all[i%taken] = a
			}
		})
	}
}

func BenchmarkTakeFromAFullSubnet(b *testing.B) {
	n, subnet := New(vpc, gateway, EngineShare(vpc)), netip.MustParsePrefix("172.31.16.0/20")
	var all []netip.Addr
	for a, err := n.Take(subnet); err == nil; a, err = n.Take(subnet) {
		all = append(all, a)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		n.Give(all[i%len(all)])
		if _, err := n.Take(subnet); err != nil {
			b.Fatal(err)
		}
	}
}
