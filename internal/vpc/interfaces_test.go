package vpc

import (
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// Groups of one id in two accounts and two regions have nothing to do with each other.
func TestMembershipGoesByAccountAndRegion(t *testing.T) {
	store, err := state.Open(state.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := NewInterfaces(InterfaceOptions{Store: store, Calls: &enginecall.Tracker{}})
	in := NewNetworks(Options{Engine: enginecall.New(nil, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))})
	group := []string{ec2network.DefaultSecurityGroup}
	scopes := []arn.Scope{scope, {Region: "us-east-1", Account: "111111111111"}, {Region: "eu-west-1", Account: scope.Account}}
	for n, s := range scopes {
		for k := range 2 {
			all.Join(in, fmt.Sprint(n, k), s, group, netip.AddrFrom4([4]byte{10, 0, byte(n), byte(2 * k)}))
		}
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	for n, s := range scopes {
		set := all.sets[s.Prefix()+ec2network.DefaultSecurityGroup]
		f := all.filterOf(set)
		if len(f.In) != 1 || len(f.In[0].Peers) != 2 || f.In[0].Peers[1].Last != netip.AddrFrom4([4]byte{10, 0, byte(n), 2}) {
			t.Errorf("members of the default group of %v: %+v", s, f.In)
		}
	}
}

func TestInterfacesThatLeaveAreForgotten(t *testing.T) {
	store, err := state.Open(state.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := NewInterfaces(InterfaceOptions{Store: store, Calls: &enginecall.Tracker{}})
	in := NewNetworks(Options{Engine: enginecall.New(nil, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))})
	for n := range byte(3) {
		all.Join(in, fmt.Sprint(n), scope, []string{ec2network.DefaultSecurityGroup, "sg-0123456789abcdef0"}, netip.AddrFrom4([4]byte{10, 0, 0, n}))
	}
	for set := range maps.Values(all.sets) {
		all.filterOf(set)
	}
	for n := range byte(3) {
		all.Leave(fmt.Sprint(n))
	}
	if left := len(all.byOwner) + len(all.sets) + len(all.having) + len(all.naming) + len(all.listing) + len(all.due); left > 0 {
		t.Errorf("%d things are left of interfaces that are gone", left)
	}
}
