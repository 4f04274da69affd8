package node

import (
	"net/netip"
	"testing"
	"testing/synctest"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// It has its address for as long as it is not removed, although others look for addresses while
// it is made anew.
func TestALoadBalancerKeepsItsAddress(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		row := b.loadBalancer()
		address := b.up(row)
		has := *row
		has.Addresses = map[string]string{row.Zones[0].Subnet: address.String()}
		network := b.network(row)
		for range 2 {
			sandbox, container := b.parts(row)
			for _, id := range []string{container.ID, sandbox.ID} {
				if err := b.engine.Remove(b.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			other, err := b.engine.ReserveAddress(b.Context(), network, netip.PrefixFrom(address, 28).Masked())
			if err != nil || other == address {
				t.Errorf("another load balancer gets %s: %v", other, err)
			}
			if again := b.up(&has); again != address {
				t.Errorf("made anew it has the address %s, and had %s", again, address)
			}
			b.stop()
			b.restart()
			if again := b.up(&has); again != address {
				t.Errorf("after a restart it has the address %s, and had %s", again, address)
			}
		}
		if err := b.nodes.Remove(b.Context(), row.ARN); err != nil {
			t.Fatal(err)
		}
	})
}

// network is the name of that of a load balancer.
func (b *bench) network(row *elbv2.LoadBalancer) string {
	b.Helper()
	network, _, err := b.nodes.Networks.OfSubnet(b.Context(), row.Scope, row.Zones[0].Subnet)
	if err != nil {
		b.Fatal(err)
	}
	return network.Name
}

// One that faces the internet has a public address, wherever it is.
func TestALoadBalancerHasAPublicAddress(t *testing.T) {
	withLoadBalancers(t, func(b *bench) {
		internal := b.loadBalancer()
		internal.Zones[0].Interface = "eni-1"
		b.up(internal)
		facing := *internal
		facing.Scheme = elb.LoadBalancerSchemeEnumInternetFacing
		at := func(zone elbv2.Zone) string {
			return ec2network.FindPublicAddress(b.store.Read(), zone.Interface).String()
		}
		if ip := at(internal.Zones[0]); ip != "invalid IP" {
			t.Errorf("an internal one has %s", ip)
		}
		b.up(&facing)
		first := at(facing.Zones[0])
		_, container := b.parts(&facing)
		if err := b.engine.Crash(b.Context(), container.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.up(&facing)
		if again := at(facing.Zones[0]); again != first || first == "invalid IP" {
			t.Errorf("made anew it has %s, and had %s", again, first)
		}
		// Elsewhere it is another network interface.
		subnets, _ := ec2network.DefaultNetwork(scope)
		was := facing.Zones[0]
		facing.Zones = []elbv2.Zone{{Name: subnets[0].Zone, Subnet: subnets[0].ID, Interface: "eni-2"}}
		put := func(change func(*store.Tx, *elbv2.LoadBalancer)) {
			if err := b.store.Update(func(tx *store.Tx) error { row := facing; change(tx, &row); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		put(elbv2.PutLoadBalancer)
		address := b.up(&facing)
		if part := subnets[0].CIDR(ec2network.NetworkCIDR(b.store.Read())); !part.Contains(address) {
			t.Errorf("moved it is at %s, outside of %s", address, part)
		}
		if at(was) != "invalid IP" || at(facing.Zones[0]) == "invalid IP" {
			t.Errorf("moved it has %s and %s", at(was), at(facing.Zones[0]))
		}
		put(elbv2.DeleteLoadBalancer)
		if left := at(facing.Zones[0]); left != "invalid IP" {
			t.Errorf("deleted it has %s", left)
		}
		if err := b.nodes.Remove(b.Context(), facing.ARN); err != nil {
			t.Fatal(err)
		}
	})
}
