package vpcnet

import (
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// A network becomes known while a container on it is started that had ended: what the engine has
// listed is older than the start.
func TestAContainerThatStartsWhileItsNetworkBecomesKnownKeepsItsAddress(t *testing.T) {
	addresses := ipam.New(netip.MustParsePrefix("198.18.0.0/26"), netip.MustParseAddr("198.18.0.1"), netip.Prefix{})
	ip, err := addresses.Take(netip.Prefix{})
	if err != nil {
		t.Fatal(err)
	}
	var all Leases
	listed := all.allBegan()
	if err := all.Resume("job"); err != nil { // by Start
		t.Fatal(err)
	}
	all.Add("job", Lease{ip, addresses})
	all.Rest("job", listed["job"])
	if addresses.Occupy(ip) {
		t.Error("its address is free")
	}
	all.End("job")
	if !addresses.Occupy(ip) {
		t.Error("its address is not free when it is gone")
	}
}
