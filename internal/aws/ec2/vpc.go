package ec2

import (
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateVPC writes a new VPC and what AWS makes with it, but for what VPCDefaults is about.
// Source: VPC user guide, create a VPC.
func CreateVPC(tx *store.Tx, v *ec2network.VPC) {
	ec2network.PutVPC(tx, v)
	group := ec2network.NewDefaultGroup(v.ID, ec2network.NewNetworkID("sg-"))
	group.Scope = v.Scope
	ec2network.PutSecurityGroup(tx, group)
}

// DeleteVPC removes a VPC, which is not in use, and what came with it.
func DeleteVPC(tx *store.Tx, v *ec2network.VPC) {
	for _, g := range ec2network.SecurityGroupsOf(tx, v) {
		ec2network.DeleteSecurityGroup(tx, g)
	}
	deleteDefaults(tx, v.Scope, v.ID)
	ec2network.DeleteVPC(tx, v)
}

// VPCInUse reports whether a VPC has something that did not come with it. Source: EC2 API
// reference, DeleteVpc.
func VPCInUse(tx *store.Tx, v *ec2network.VPC) bool {
	made := func(g *ec2network.SecurityGroup) bool { return g.Name != ec2network.DefaultGroupName }
	return len(ec2network.SubnetsOf(tx, v)) > 0 || slices.ContainsFunc(ec2network.SecurityGroupsOf(tx, v), made) || routedInVPC(tx, v)
}

// routedInVPC reports whether a VPC has gateways, endpoints, or route tables and network ACLs
// that did not come with it. NAT gateways are in subnets.
func routedInVPC(tx *store.Tx, v *ec2network.VPC) bool {
	return AttachedInternetGateway(tx, v.Scope, v.ID) != nil ||
		slices.ContainsFunc(VPCEndpoints.List(tx, v.Scope), func(e *VPCEndpoint) bool { return e.VPC == v.ID }) ||
		slices.ContainsFunc(RouteTables.List(tx, v.Scope), func(t *RouteTable) bool { return t.VPC == v.ID && t.Main == "" }) ||
		slices.ContainsFunc(NetworkACLs.List(tx, v.Scope), func(n *NetworkACL) bool { return n.VPC == v.ID && !n.Default })
}

// SubnetInUse reports whether something has an address of a subnet. Source: EC2 API
// reference, DeleteSubnet.
func SubnetInUse(tx *store.Tx, s *ec2network.Subnet, tasks iter.Seq[ec2network.TaskInterface]) bool {
	return anyInterface(tx, s.Scope, tasks, func(subnet string, _ []string) bool { return subnet == s.ID })
}

// SecurityGroupInUse reports whether a network interface has a security group, or another
// group has a rule about it. Source: EC2 API reference, DeleteSecurityGroup.
func SecurityGroupInUse(tx *store.Tx, g *ec2network.SecurityGroup, tasks iter.Seq[ec2network.TaskInterface]) bool {
	about := func(r ec2network.SecurityGroupRule) bool { return r.Group == g.ID }
	for _, other := range ec2network.SecurityGroups(tx, g.Scope) {
		if other.ID != g.ID && slices.ContainsFunc(other.Rules, about) {
			return true
		}
	}
	return anyInterface(tx, g.Scope, tasks, func(_ string, groups []string) bool { return slices.Contains(groups, g.ID) })
}

// anyInterface reports whether a network interface of a task, an instance, a NAT gateway, an
// endpoint or a load balancer is as asked.
func anyInterface(tx *store.Tx, scope arn.Scope, tasks iter.Seq[ec2network.TaskInterface], is func(subnet string, groups []string) bool) bool {
	for n := range tasks {
		if n.Scope == scope && is(n.Subnet, n.SecurityGroups) {
			return true
		}
	}
	for _, i := range Instances(tx, scope) {
		if i.Reached != types.InstanceStateNameTerminated && is(i.Subnet, i.SecurityGroups) {
			return true
		}
	}
	for _, n := range OwnedInterfaces(tx, scope) {
		if is(n.Subnet, n.SecurityGroups) {
			return true
		}
	}
	return false
}
