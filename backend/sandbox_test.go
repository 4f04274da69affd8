package backend_test

import (
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestHostAddress(t *testing.T) {
	address := netip.MustParseAddr("10.0.1.5")
	for name, is := range map[string]bool{
		backend.HostName(address, "ec2.internal"): true, "ip-10-0-1-5": true,
		"ip-10-0-1": false, "ip-10-0-1-5-6": false, "ip-010-0-1-5": false, "ip-10-0-1-256": false, "ip-::1": false, "ip-": false, "10-0-1-5": false, "": false,
	} {
		switch got, found := backend.HostAddress(name); {
		case found != is:
			t.Errorf("%q has an address: %v", name, found)
		case is && got != address:
			t.Errorf("%q leads to %s", name, got)
		}
	}
}
