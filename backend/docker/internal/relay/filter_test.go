package relay

import (
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Who comes through the relay counts as the host, and the emulator is always reached there.
func TestInFilter(t *testing.T) {
	gateway, relay, other := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.3"), netip.MustParseAddr("10.0.0.9")
	at := func(port int, peer netip.Addr) backend.FilterRule {
		return backend.FilterRule{Protocol: backend.TCP, From: port, To: port, Peers: []backend.AddressRange{{First: peer, Last: peer}}}
	}
	f := &backend.Filter{In: []backend.FilterRule{at(80, gateway), at(81, other)}, Out: []backend.FilterRule{at(443, other)}, Strict: true}
	got := InFilter(f, gateway, relay, 82)
	if err := got.Check(other); err != nil || !got.Strict {
		t.Fatalf("%+v: %v", got, err)
	}
	flow := func(port int, peer netip.Addr) backend.Flow {
		return backend.Flow{Protocol: backend.TCP, Port: port, Peer: peer}
	}
	for what, c := range map[string]struct {
		rules []backend.FilterRule
		flow  backend.Flow
		want  bool
	}{
		"the host":                       {got.In, flow(80, gateway), true},
		"who comes through the relay":    {got.In, flow(80, relay), true},
		"who does where the host cannot": {got.In, flow(81, relay), false},
		"who does where it always may":   {got.In, flow(82, relay), true},
		"another there":                  {got.In, flow(82, other), false},
		"another":                        {got.In, flow(80, other), false},
		"the emulator":                   {got.Out, flow(backend.RelayPort, relay), true},
		"metadata":                       {got.Out, flow(MetadataPort, relay), true},
		"another port of the relay":      {got.Out, flow(80, relay), false},
		"the emulator's port elsewhere":  {got.Out, flow(backend.RelayPort, other), false},
	} {
		if backend.Pass(c.rules, c.flow) != c.want {
			t.Errorf("%s passes: %v", what, !c.want)
		}
	}
	if len(f.Out) != 1 || len(f.In[0].Peers) != 1 {
		t.Errorf("the filter itself has changed: %+v", f)
	}
	if InFilter(nil, gateway, relay) != nil || InFilter(f, gateway, netip.Addr{}) != f {
		t.Error("without a filter, or a relay, there is something to add")
	}
}
