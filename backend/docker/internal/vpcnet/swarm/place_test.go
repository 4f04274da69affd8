package swarm

import (
	"maps"
	"net/netip"
	"testing"
)

func TestEachEngineHasPlacesOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		subnet string
		exact  bool
		want   []string // relay and resolver of each engine
	}{
		{"172.31.0.0/16", false, []string{"172.31.0.3", "172.31.0.2", "172.31.248.0", "172.31.248.1", "172.31.248.2", "172.31.248.3"}},
		{"10.0.0.0/24", true, []string{"10.0.0.3", "10.0.0.2", "10.0.0.248", "10.0.0.249", "10.0.0.250", "10.0.0.251"}},
		{"10.0.0.0/28", true, []string{"10.0.0.3", "10.0.0.2", "10.0.0.12", "10.0.0.13", "10.0.0.14", "invalid IP", "invalid IP", "invalid IP"}},
	} {
		subnet := netip.MustParsePrefix(c.subnet)
		gateway, share := subnet.Addr().Next(), ShareOf(subnet, c.exact, 3).All
		for i, want := range c.want {
			p := PlacesOf(subnet, gateway, share, i/2)
			got := p.Relay
			if i%2 == 1 {
				got = p.Resolver
			}
			if got.String() != want {
				t.Errorf("%s: engine %d has %+v; want %s", c.subnet, i/2, p, want)
			}
			if n, ok := NumberAt(got, subnet, gateway, share, 5); ok != got.IsValid() || n != i/2 && ok {
				t.Errorf("%s: %s is of engine %d, %t; want %d", c.subnet, got, n, ok, i/2)
			}
		}
	}
}

func TestNumbersStayWithTheirEngines(t *testing.T) {
	got := Number([]string{"new", "b", "a", "c"}, map[string]int{"a": 0, "b": 1, "c": 1}, nil)
	if want := map[string]int{"a": 0, "b": 1, "new": 2, "c": 3}; !maps.Equal(got, want) {
		t.Errorf("numbers %v; want %v", got, want)
	}
	got = Number([]string{"a", "new"}, map[string]int{"a": 1}, map[int]bool{0: true})
	if want := map[string]int{"a": 1, "new": 2}; !maps.Equal(got, want) {
		t.Errorf("numbers %v beside another engine; want %v", got, want)
	}
}
