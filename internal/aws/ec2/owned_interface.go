package ec2

import (
	"iter"
	"maps"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// NATGatewayInterface is the type of a NAT gateway's network interface as EC2 writes it; the
// SDK writes it in another way. Source: EC2 API reference, DescribeNetworkInterfaces, filter
// interface-type.
const NATGatewayInterface types.NetworkInterfaceType = "nat_gateway"

// OwnedInterface is a network interface that a NAT gateway, an endpoint or a load balancer
// has. It is shown and takes up addresses; but for that of a load balancer, nothing answers
// there. Before a load balancer has its address, it is not shown.
type OwnedInterface struct {
	Scope                      arn.Scope
	ID, Owner                  string // eni-…; nat-… or vpce-…, or app/web/0123456789abcdef
	VPC, Subnet                string
	Type                       types.NetworkInterfaceType
	SecurityGroups, PrivateIPs []string
}

// OwnedInterfaces returns those of an account and region.
func OwnedInterfaces(tx *store.Tx, scope arn.Scope) []OwnedInterface {
	return ownedBy(NATGateways.List(tx, scope), VPCEndpoints.List(tx, scope), elbv2.LoadBalancers(tx, scope))
}

// allOwnedInterfaces returns those of all accounts and regions.
func allOwnedInterfaces(tx *store.Tx) []OwnedInterface {
	return ownedBy(NATGateways.Table.List(tx, ""), VPCEndpoints.Table.List(tx, ""), elbv2.AllLoadBalancers(tx))
}

func ownedBy(gateways []*NATGateway, endpoints []*VPCEndpoint, balancers []*elbv2.LoadBalancer) (owned []OwnedInterface) {
	for _, g := range gateways {
		if !g.Lives() {
			continue
		}
		n := OwnedInterface{Scope: g.Scope, ID: g.Interface, Owner: g.ID, VPC: g.VPC, Subnet: g.Subnet, Type: NATGatewayInterface}
		for _, a := range g.Addresses {
			n.PrivateIPs = append(n.PrivateIPs, a.PrivateIP)
		}
		owned = append(owned, n)
	}
	for _, e := range endpoints {
		for _, i := range e.Interfaces {
			owned = append(owned, OwnedInterface{
				Scope: e.Scope, ID: i.ID, Owner: e.ID, VPC: e.VPC, Subnet: i.Subnet, Type: types.NetworkInterfaceTypeVpcEndpoint,
				SecurityGroups: e.SecurityGroups, PrivateIPs: []string{i.PrivateIP},
			})
		}
	}
	for _, b := range balancers {
		owned = append(owned, balancerInterfaces(b)...)
	}
	return owned
}

// balancerInterfaces are the interfaces of a load balancer, one in each of its subnets (ELB0003).
func balancerInterfaces(b *elbv2.LoadBalancer) (owned []OwnedInterface) {
	for _, z := range b.Zones {
		n := OwnedInterface{
			Scope: b.Scope, ID: z.Interface, Owner: b.Resource(), VPC: b.VPC, Subnet: z.Subnet, Type: types.NetworkInterfaceTypeInterface,
			SecurityGroups: b.SecurityGroups,
		}
		if b.Kind() == elbv2.NLB {
			n.Type = types.NetworkInterfaceTypeNetworkLoadBalancer
		}
		if ip := b.Addresses[z.Subnet]; ip != "" {
			n.PrivateIPs = []string{ip}
		}
		owned = append(owned, n)
	}
	return owned
}

// addressed is what has addresses of a subnet already.
type addressed map[string]bool

// addressedIn finds them: those of tasks and instances that are known, too.
func addressedIn(tx *store.Tx, scope arn.Scope, subnet string, tasks iter.Seq[ec2network.TaskInterface]) addressed {
	taken := addressed{}
	for _, n := range OwnedInterfaces(tx, scope) {
		for _, ip := range n.PrivateIPs {
			taken[ip] = taken[ip] || n.Subnet == subnet
		}
	}
	for n := range tasks {
		if n.Scope == scope && n.Subnet == subnet {
			taken[n.PrivateIP] = true
		}
	}
	for _, i := range Instances(tx, scope) {
		if i.Subnet == subnet && i.Reached != types.InstanceStateNameTerminated {
			taken[i.PrivateIP] = true
		}
	}
	return taken
}

// HasInterface reports whether a task, an instance or a load balancer of any account and region has its network
// interface at an address. What else has one does not send anything.
func HasInterface(tx *store.Tx, ip string, tasks iter.Seq[ec2network.TaskInterface]) bool {
	for n := range tasks {
		if n.PrivateIP == ip {
			return true
		}
	}
	return slices.ContainsFunc(AllInstances(tx), func(i *Instance) bool {
		return i.PrivateIP == ip && i.Reached != types.InstanceStateNameTerminated
	}) || slices.ContainsFunc(elbv2.AllLoadBalancers(tx), func(b *elbv2.LoadBalancer) bool {
		return slices.Contains(slices.Collect(maps.Values(b.Addresses)), ip)
	})
}

// HighestFree returns an address of a subnet that nothing is known to have, the highest: the
// engine gives tasks low ones. It is empty where there is none.
func HighestFree(tx *store.Tx, s *ec2network.Subnet, scope arn.Scope, tasks iter.Seq[ec2network.TaskInterface]) string {
	if RoomIn(tx, tasks).Free(s) == 0 {
		return ""
	}
	taken, block := addressedIn(tx, scope, s.ID, tasks), s.CIDR(ec2network.NetworkCIDR(tx))
	for ip := highest(block).Prev(); block.Contains(ip); ip = ip.Prev() { // the last one is the broadcast's
		if !taken[ip.String()] {
			return ip.String()
		}
	}
	return ""
}

// Takes reports whether a requested address is one of a subnet, and free. The
// first four and the last are AWS's. Source: VPC user guide, subnet sizing.
func Takes(tx *store.Tx, s *ec2network.Subnet, scope arn.Scope, ip string, tasks iter.Seq[ec2network.TaskInterface]) (within, free bool) {
	block := s.CIDR(ec2network.NetworkCIDR(tx))
	asked, err := netip.ParseAddr(ip)
	if err != nil || !block.Contains(asked) || asked == highest(block) {
		return false, false
	}
	reserved := block.Addr()
	for range 4 {
		if asked == reserved {
			return false, false
		}
		reserved = reserved.Next()
	}
	return true, !addressedIn(tx, scope, s.ID, tasks)[asked.String()]
}

// highest is the last address of a range of IPv4.
func highest(block netip.Prefix) netip.Addr {
	bytes := block.Masked().Addr().As4()
	for bit := block.Bits(); bit < 32; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(bytes)
}
