package vpc

import (
	"net/netip"
	"testing"
)

// A network load balancer may have no security group.
func TestAnAddressWithoutGroupsIsKeptApart(t *testing.T) {
	b := newVPCBench(t)
	b.all.Join(b.in, "nlb", scope, nil, netip.MustParseAddr("10.9.0.5"))
	b.join("task", ownGroup, "10.9.0.4")
	if got := b.all.KeptApart("nlb", netip.MustParseAddr("10.9.0.4"), 80); got == "" {
		t.Error("the default group lets in its members alone, and nothing is said of it")
	}
}
