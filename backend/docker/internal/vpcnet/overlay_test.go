package vpcnet

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// TestOneOfTwoNetworksGetsARange has networks in the order of their age, as the manager of a swarm lists them.
func TestOneOfTwoNetworksGetsARange(t *testing.T) {
	overlay := func(id, has string) network.Summary {
		n := network.Summary{Network: network.Network{ID: id, Name: id, Scope: swarmScope}}
		if has != "" {
			n.Driver, n.IPAM.Config = overlayDriver, []network.IPAMConfig{{Subnet: netip.MustParsePrefix(has)}}
		}
		return n
	}
	const wanted, other = "10.1.0.0/16", "10.2.0.0/16"
	for name, c := range map[string]struct {
		overlays []network.Summary
		decided  bool
		winner   string // empty: the network has the range, if that is decided
	}{
		"not yet listed":                       {[]network.Summary{overlay("old", other)}, false, ""},
		"not yet decided":                      {[]network.Summary{overlay("old", other), overlay("made", ""), overlay("new", "")}, false, ""},
		"has it":                               {[]network.Summary{overlay("old", other), overlay("made", wanted)}, true, ""},
		"has it before an older one":           {[]network.Summary{overlay("old", ""), overlay("made", wanted)}, true, ""},
		"an older one has it":                  {[]network.Summary{overlay("old", wanted), overlay("made", "")}, true, "old"},
		"a newer one has it":                   {[]network.Summary{overlay("made", ""), overlay("new", wanted)}, true, "new"},
		"one has it, and an older one waits":   {[]network.Summary{overlay("old", ""), overlay("made", ""), overlay("new", wanted)}, true, "new"},
		"one has it that was not there before": {[]network.Summary{overlay("new", wanted)}, true, "new"},
	} {
		decided, why := hasRange(Network{ID: "made", Subnet: netip.MustParsePrefix(wanted)}, c.overlays)
		if decided != c.decided || (why != nil) != (c.winner != "") {
			t.Errorf("%s: %v, %v", name, decided, why)
		}
		if why != nil && (!errors.Is(why, backend.ErrAddressInUse) || !strings.Contains(why.Error(), c.winner)) {
			t.Errorf("%s: %v; want it to name %s", name, why, c.winner)
		}
	}
}
