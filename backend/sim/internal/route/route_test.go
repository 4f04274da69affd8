package route

import (
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

func TestLeads(t *testing.T) {
	target := netip.MustParseAddrPort("10.0.0.1:80")
	forward := func(weight int) balancer.Action {
		return balancer.Action{Forward: &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "g", Weight: weight}}}}
	}
	for _, c := range []struct {
		action  balancer.Action
		answers bool
		want    bool
	}{
		{forward(1), true, true},
		{forward(1), false, false},
		{forward(0), true, false},
		{balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 200}}, false, true},
		{balancer.Action{FixedResponse: &balancer.FixedResponse{StatusCode: 503}}, true, false},
		{balancer.Action{Redirect: &balancer.Redirect{StatusCode: 301}}, false, true},
	} {
		table := Table{}
		for _, p := range []balancer.Piece{
			{Listener: &balancer.Listener{ID: "l", Port: 80, Rules: []balancer.Rule{{Action: c.action}}}},
			{Target: &balancer.Target{Group: "g", ID: "t", Addr: target}},
		} {
			key, _ := p.Key()
			table[key] = p
		}
		if got := table.Leads(80, func(a netip.AddrPort, _ bool) bool { return c.answers && a == target }); got != c.want {
			t.Errorf("%+v leads: %v", c.action, got)
		}
		if table.Leads(81, func(netip.AddrPort, bool) bool { return true }) {
			t.Error("a port without a listener leads somewhere")
		}
	}
}

func TestTargetsSeeTheirClients(t *testing.T) {
	forward := &balancer.Forward{Groups: []balancer.WeightedGroup{{Group: "g", Weight: 1}}}
	for value, want := range map[string]bool{"true": true, "false": false} {
		table := Table{}
		for _, p := range []balancer.Piece{
			{TargetGroup: &balancer.TargetGroup{ID: "g", Protocol: "TCP", Attributes: map[string]string{"preserve_client_ip.enabled": value}}},
			{Target: &balancer.Target{Group: "g", ID: "t", Addr: netip.MustParseAddrPort("10.0.0.1:80")}},
			{Listener: &balancer.Listener{ID: "l", Port: 80, Rules: []balancer.Rule{{Action: balancer.Action{Forward: forward}}}}},
		} {
			key, _ := p.Key()
			table[key] = p
		}
		if got := table.Leads(80, func(_ netip.AddrPort, seesClient bool) bool { return seesClient }); got != want {
			t.Errorf("with %s the target sees the client: %v", value, got)
		}
	}
}
