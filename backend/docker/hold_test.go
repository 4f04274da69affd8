package docker

import (
	"net/netip"
	"slices"
	"testing"
)

// A sandbox leads metadata to the relay where somebody listens, and is told only then to let
// through what asks for the host's where that is allowed.
func TestHold(t *testing.T) {
	own, relay := netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.3")
	e := &Engine{relays: newRelays(0)}
	expect := func(what string, relay netip.Addr, want ...string) {
		t.Helper()
		if got := e.hold(own, relay); !slices.Equal(got, append([]string{"hold", "10.0.0.9"}, want...)) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	expect("nobody listens", relay, "lead=none")
	e.relays.listeners[metadataPort] = &relayListener{}
	expect("somebody listens", relay, "lead=10.0.0.3:51679")
	expect("the network has no relay", netip.Addr{}, "lead=none")
	e.instanceMetadata = true
	expect("the host's is allowed", relay, "lead=10.0.0.3:51679", "instance")
}
