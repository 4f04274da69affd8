package node

import (
	"context"
	"fmt"
	"net/netip"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// keptAddress is one that nothing else gets until the load balancer is removed: it has it again
// when it is made anew. Source: Elastic Load Balancing guides: the address of a load balancer's
// network interface stays, clients may know it.
type keptAddress struct {
	network string
	ip      netip.Addr
}

// keep reserves an address in place of the one that was.
func (b *node) keep(ctx context.Context, network string, ip netip.Addr) error {
	b.mu.Lock()
	was := b.kept
	b.mu.Unlock()
	now := keptAddress{network, ip}
	if _, err := b.nodes.Engine.ReserveAddress(ctx, network, netip.PrefixFrom(ip, ip.BitLen())); err != nil {
		return fmt.Errorf("keep the address of the load balancer: %w", err)
	}
	b.mu.Lock()
	b.kept = now
	b.mu.Unlock()
	if was != now {
		b.nodes.release(was)
	}
	return nil
}

// keepOf reserves the address of a sandbox that was there before this run.
func (b *node) keepOf(ctx context.Context, row *elbv2.LoadBalancer, sandbox backend.Container) error {
	b.mu.Lock()
	keeps := b.kept.ip == sandbox.IP
	b.mu.Unlock()
	if keeps {
		return nil
	}
	network, _, err := b.nodes.Networks.OfSubnet(ctx, row.Scope, sandbox.Labels[labelSubnet])
	if err != nil {
		return err
	}
	return b.keep(ctx, network.Name, sandbox.IP)
}

// giveBack lets others have the address.
func (b *node) giveBack() {
	b.mu.Lock()
	was := b.kept
	b.kept = keptAddress{}
	b.mu.Unlock()
	b.nodes.release(was)
}

func (n *Nodes) release(k keptAddress) {
	if k.ip.IsValid() {
		n.Engine.ReleaseAddress(k.network, k.ip)
	}
}

// zoneOf is the zone of a load balancer that its sandbox is in, or nil: its subnets may have changed.
func zoneOf(row *elbv2.LoadBalancer, sandbox backend.Container) *elbv2.Zone {
	for i := range row.Zones {
		if row.Zones[i].Subnet == sandbox.Labels[labelSubnet] {
			return &row.Zones[i]
		}
	}
	return nil
}

// takePublicAddress gives an internet-facing load balancer its public address. The network
// interface is its owner. Source: Elastic Load Balancing guide, schemes.
func (b *node) takePublicAddress(row *elbv2.LoadBalancer, sandbox backend.Container) error {
	zone := zoneOf(row, sandbox)
	if zone == nil || row.Scheme != elb.LoadBalancerSchemeEnumInternetFacing || ec2network.FindPublicAddress(b.nodes.Store.Read(), zone.Interface).IsValid() {
		return nil
	}
	return b.nodes.Networks.TakePublicAddress(zone.Interface, b.arn, func(tx *store.Tx) bool { return elbv2.FindLoadBalancer(tx, b.arn) != nil })
}
