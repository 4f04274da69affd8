package docker

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// A sandbox leads metadata to the relay where this process listens, and is told only then to let
// through what asks for the host's where that is allowed.
func TestHold(t *testing.T) {
	own, relayAt := netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.3")
	e := &Engine{relay: relay.New(relay.Options{Networks: vpcnet.New(vpcnet.Options{})})}
	expect := func(what string, relayAt netip.Addr, want ...string) {
		t.Helper()
		if got := e.hold(own, relayAt); !slices.Equal(got, append([]string{"hold", "10.0.0.9"}, want...)) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	expect("nothing listens", relayAt, "lead=none")
	defer e.ListenMetadata().Close()
	expect("this process listens", relayAt, "lead=10.0.0.3:51679")
	expect("the network has no relay", netip.Addr{}, "lead=none")
	e.metadata.instance = true
	expect("the host's is allowed", relayAt, "lead=10.0.0.3:51679", "instance")
}
