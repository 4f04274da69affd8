package ec2

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// ownedInterfaces are those of NAT gateways and endpoints.
func ownedInterfaces(tx *state.Tx, scope arn.Scope) (all []types.NetworkInterface) {
	for _, o := range ec2.OwnedInterfaces(tx, scope) {
		all = append(all, ownedInterface(tx, &o))
	}
	return all
}

// ownedInterface is the network interface of a NAT gateway or an endpoint. Source of the
// descriptions: field reports.
func ownedInterface(tx *state.Tx, o *ec2.OwnedInterface) types.NetworkInterface {
	n := types.NetworkInterface{
		NetworkInterfaceId: &o.ID, VpcId: &o.VPC, SubnetId: &o.Subnet, OwnerId: &o.Scope.Account, InterfaceType: o.Type,
		Status: types.NetworkInterfaceStatusInUse, RequesterManaged: aws.Bool(true), SourceDestCheck: aws.Bool(o.Type != ec2.NATGatewayInterface),
		Attachment: &types.NetworkInterfaceAttachment{Status: types.AttachmentStatusAttached}, MacAddress: aws.String(macOf(o.ID)),
		Description: aws.String("VPC Endpoint Interface " + o.Owner), Ipv6Addresses: []types.NetworkInterfaceIpv6Address{},
		Groups: []types.GroupIdentifier{}, TagSet: tagsOf(tx, o.Scope, o.ID),
	}
	if o.Type == ec2.NATGatewayInterface {
		n.Description = aws.String("Interface for NAT Gateway " + o.Owner)
		n.Association = natAssociation(tx, o)
	}
	for i, ip := range o.PrivateIPs {
		if i == 0 {
			n.PrivateIpAddress = &ip
		}
		n.PrivateIpAddresses = append(n.PrivateIpAddresses, types.NetworkInterfacePrivateIpAddress{
			Primary: aws.Bool(i == 0), PrivateIpAddress: &ip, Association: n.Association,
		})
	}
	if s := tx.Subnet(o.Scope, o.Subnet); s != nil {
		n.AvailabilityZone = &s.Zone
	}
	for _, id := range o.SecurityGroups {
		if g := tx.SecurityGroup(o.Scope, id); g != nil {
			n.Groups = append(n.Groups, types.GroupIdentifier{GroupId: &g.ID, GroupName: &g.Name})
		}
	}
	return n
}

// natAssociation is that of a public NAT gateway with its Elastic IP address, or nil.
func natAssociation(tx *state.Tx, o *ec2.OwnedInterface) *types.NetworkInterfaceAssociation {
	g := ec2.FindNATGateway(tx, o.Scope, o.Owner)
	if g == nil || g.Addresses[0].Allocation == "" {
		return nil
	}
	with := g.Addresses[0]
	return &types.NetworkInterfaceAssociation{
		AllocationId: &with.Allocation, AssociationId: &with.Association, PublicIp: &with.PublicIP, IpOwnerId: &o.Scope.Account,
	}
}

// associationsOf are the association of a network interface, or nothing.
func associationsOf(n *types.NetworkInterface) []types.NetworkInterfaceAssociation {
	if n.Association == nil {
		return nil
	}
	return []types.NetworkInterfaceAssociation{*n.Association}
}

// macOf is a locally administered address that follows from an id.
func macOf(id string) string {
	d := suffix(id)
	return strings.Join([]string{"02", d[:2], d[2:4], d[4:6], d[6:8], d[8:10]}, ":")
}
