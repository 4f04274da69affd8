package vpc

import (
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// Groups of one id in two accounts and two regions have nothing to do with each other.
func TestMembershipGoesByAccountAndRegion(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := NewInterfaces(InterfaceOptions{Store: rows})
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
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := NewInterfaces(InterfaceOptions{Store: rows})
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
	if left := len(all.byOwner) + len(all.sets) + len(all.having) + len(all.naming) + len(all.listing) + len(all.loops[in].due); left > 0 {
		t.Errorf("%d things are left of interfaces that are gone", left)
	}
}

const ownVPC, ownGroup = "vpc-0ec5e0123456789ab", "sg-0ec5e0123456789ab"

// vpcBench has the default VPC, and another one of the range 10.9.0.0/16.
type vpcBench struct {
	*testing.T
	store *store.Store
	all   *Interfaces
	in    *Networks
}

func newVPCBench(t *testing.T) *vpcBench {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &vpcBench{t, rows, NewInterfaces(InterfaceOptions{Store: rows}),
		NewNetworks(Options{Engine: enginecall.New(nil, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))})}
	b.update(func(tx *store.Tx) {
		ec2network.PutVPC(tx, &ec2network.VPC{Scope: scope, ID: ownVPC, CIDR: "10.9.0.0/16"})
		own := ec2network.NewDefaultGroup(ownVPC, ownGroup)
		own.Scope = scope
		ec2network.PutSecurityGroup(tx, own)
	})
	return b
}

func (b *vpcBench) update(change func(*store.Tx)) {
	b.Helper()
	if err := b.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		b.Fatal(err)
	}
}

func (b *vpcBench) join(owner, group, address string) {
	b.all.Join(b.in, owner, scope, []string{group}, netip.MustParseAddr(address))
}

// sends expects what the interface of an owner sends to an address.
func (b *vpcBench) sends(when, owner, to string, want bool) {
	b.Helper()
	b.all.mu.Lock()
	defer b.all.mu.Unlock()
	f := b.all.filterOf(b.all.byOwner[owner].set)
	got := f == nil || backend.Pass(f.Out, backend.Flow{Protocol: backend.TCP, Port: 80, Peer: netip.MustParseAddr(to)})
	if got != want {
		b.Errorf("%s the interface of %s sends to %s: %v", when, owner, to, got)
	}
}

// isDue expects whether the engine is to be told of the interface of an owner.
func (b *vpcBench) isDue(when, owner string, want bool) {
	b.Helper()
	b.all.mu.Lock()
	defer b.all.mu.Unlock()
	if _, due := b.all.loops[b.in].due[b.all.byOwner[owner].set]; due != want {
		b.Errorf("%s the interface of %s is due: %v", when, owner, due)
	}
	clear(b.all.loops[b.in].due)
}

// Interfaces send nothing to another VPC from its first interface on, whether that comes before
// theirs or after. It is free when it has been deleted.
func TestInterfacesOfTwoVPCs(t *testing.T) {
	b := newVPCBench(t)
	b.join("a", ec2network.DefaultSecurityGroup, "172.31.0.4")
	b.sends("alone", "a", "10.9.0.4", true)
	b.join("b", ownGroup, "10.9.0.4")
	b.sends("beside another", "a", "10.9.0.4", false)
	b.sends("beside another", "b", "172.31.0.4", false)
	b.sends("beside another", "b", "10.9.0.5", true)
	b.sends("beside another", "b", "192.0.2.1", true)
	b.all.Leave("b")
	b.update(func(tx *store.Tx) { ec2network.DeleteVPC(tx, ec2network.FindVPC(tx, scope, ownVPC)) })
	b.all.VPCGone(ownVPC)
	b.sends("alone again", "a", "10.9.0.4", true)
}

// Interfaces come and go in a VPC without others being told again.
func TestOthersAreToldOnceOfAVPC(t *testing.T) {
	b := newVPCBench(t)
	b.join("a", "sg-0123456789abcdef0", "172.31.0.4")
	b.join("b", ownGroup, "10.9.0.4")
	b.isDue("with a new VPC", "a", true)
	for range 3 {
		b.all.Leave("b")
		b.isDue("without the last interface there", "a", false)
		b.join("b", ownGroup, "10.9.0.4")
		b.isDue("with the next one", "a", false)
	}
	b.all.VPCGone("vpc-0ec5eanother00000")
	b.isDue("without a VPC that had none", "a", false)
	b.all.VPCGone(ownVPC)
	b.isDue("without the VPC", "a", true)
}

// The engine may make the network of the default VPCs anew, with another range.
func TestInterfacesInADefaultVPCWhoseRangeChanges(t *testing.T) {
	b := newVPCBench(t)
	b.join("a", ec2network.DefaultSecurityGroup, "172.31.0.4")
	b.join("b", ownGroup, "10.9.0.4")
	b.update(func(tx *store.Tx) { ec2network.SetNetworkCIDR(tx, netip.MustParsePrefix("172.20.0.0/16")) })
	b.join("c", "sg-0123456789abcdef0", "172.20.0.4")
	for _, owner := range []string{"a", "c"} {
		b.sends("with another range", owner, "172.20.0.5", true)
		b.sends("with another range", owner, "10.9.0.4", false)
	}
	b.sends("with another range", "b", "172.20.0.5", false)
	b.sends("with another range", "b", "172.31.0.4", true)
}
