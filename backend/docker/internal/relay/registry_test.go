package relay

import (
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

func TestThePortOfTheRegistry(t *testing.T) {
	for name, c := range map[string]struct {
		before, needed, want uint16
		taken                []uint16
	}{
		"not needed":                            {before: 4577},
		"as the emulator's own":                 {needed: 4577, want: 4577},
		"the one of before":                     {before: 15599, needed: 4577, want: 15599},
		"the one of before was taken meanwhile": {before: 15599, needed: 4577, taken: []uint16{15599}, want: 4577},
		"another one, as something else has it": {needed: 4577, taken: []uint16{4577}, want: 15599},
		"and not one that tasks have":           {needed: 4577, taken: []uint16{4577, 15599, 15598}, want: 15597},
	} {
		if got := chooseRegistryPort(c.needed, c.before, c.taken); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// A container beside the relay on the engine's default bridge is not its host.
func TestWhoReachesTheRegistry(t *testing.T) {
	r := New(Options{Networks: vpcnet.New(vpcnet.Options{})})
	l := &link{gateways: []netip.Addr{netip.MustParseAddr("172.17.0.1")}}
	at := netip.AddrPortFrom(netip.MustParseAddr("172.17.0.5"), registryPort)
	for from, want := range map[string]bool{"172.17.0.1": true, "172.17.0.9": false, "127.0.0.1": false} {
		if got := r.admits(l, tunnel.Caller{At: at, From: netip.AddrPortFrom(netip.MustParseAddr(from), 40000)}); got != want {
			t.Errorf("%s is admitted: %t", from, got)
		}
	}
}
