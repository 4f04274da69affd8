package vpcnet

import (
	"net/netip"
	"testing"
)

func TestRelayAt(t *testing.T) {
	for prefix, want := range map[string]string{"10.0.0.0/16": "10.0.0.3", "10.1.2.128/26": "10.1.2.131", "10.1.2.3/31": "invalid IP"} {
		subnet := netip.MustParsePrefix(prefix)
		if got := (Network{Subnet: subnet, Gateway: subnet.Masked().Addr().Next()}).RelayAddress(); got.String() != want {
			t.Errorf("in %s it is at %s, want %s", prefix, got, want)
		}
	}
}
