package vpcnet

import "testing"

// Older engines refuse the mode; newer ones drop without it what containers of a container
// instance send to their VPC.
func TestNetworksOfVPCsTakeWhatCrossesOtherBridges(t *testing.T) {
	for version, want := range map[string]string{"1.41": "", "1.47": "", "1.48": "nat-unprotected", "1.51": "nat-unprotected"} {
		if got := bridgeOptions(false, version)[gatewayMode]; got != want {
			t.Errorf("API %s: mode %q, want %q", version, got, want)
		}
		if got := bridgeOptions(true, version); got[gatewayMode] != "" || got[noHostAddress] != "true" {
			t.Errorf("API %s: isolated networks have %v", version, got)
		}
	}
}
