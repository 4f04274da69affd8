package instance

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ownedInterfaces are the owned interfaces of NAT gateways and endpoints, and of load balancers that have
// their address.
func ownedInterfaces(tx *store.Tx, scope arn.Scope) (all []types.NetworkInterface) {
	for _, o := range ec2.OwnedInterfaces(tx, scope) {
		if len(o.PrivateIPs) > 0 {
			all = append(all, ownedInterface(tx, &o))
		}
	}
	return all
}

// ownedInterface is the network interface of a NAT gateway, an endpoint or a load balancer.
// Source of the descriptions: field reports; ELB0003 for that of a load balancer.
func ownedInterface(tx *store.Tx, o *ec2.OwnedInterface) types.NetworkInterface {
	n := types.NetworkInterface{
		NetworkInterfaceId: &o.ID, VpcId: &o.VPC, SubnetId: &o.Subnet, OwnerId: &o.Scope.Account, InterfaceType: o.Type,
		Status: types.NetworkInterfaceStatusInUse, RequesterManaged: aws.Bool(true), SourceDestCheck: aws.Bool(o.Type != ec2.NATGatewayInterface),
		Attachment: &types.NetworkInterfaceAttachment{Status: types.AttachmentStatusAttached}, MacAddress: aws.String(macOf(o.ID)),
		Description: aws.String("VPC Endpoint Interface " + o.Owner), Ipv6Addresses: []types.NetworkInterfaceIpv6Address{},
		Groups: []types.GroupIdentifier{}, TagSet: kit.TagsOf(tx, o.Scope, o.ID),
	}
	switch o.Type {
	case ec2.NATGatewayInterface:
		n.Description = aws.String("Interface for NAT Gateway " + o.Owner)
		n.Association = natAssociation(tx, o)
	case types.NetworkInterfaceTypeInterface, types.NetworkInterfaceTypeNetworkLoadBalancer:
		n.Description, n.RequesterId = aws.String("ELB "+o.Owner), aws.String(balancing)
		n.Association = amazonAssociation(tx, o.Scope, o.VPC, ec2network.FindPublicAddress(tx, o.ID))
		n.Attachment = &types.NetworkInterfaceAttachment{
			AttachmentId: kit.DerivedID("eni-attach-", o.ID), DeleteOnTermination: aws.Bool(false), DeviceIndex: aws.Int32(1), NetworkCardIndex: aws.Int32(0),
			InstanceOwnerId: aws.String(balancing), Status: types.AttachmentStatusAttached,
		}
	}
	for i, ip := range o.PrivateIPs {
		if i == 0 {
			n.PrivateIpAddress = &ip
		}
		n.PrivateIpAddresses = append(n.PrivateIpAddresses, types.NetworkInterfacePrivateIpAddress{
			Primary: aws.Bool(i == 0), PrivateIpAddress: &ip, Association: n.Association,
		})
	}
	if s := ec2network.FindSubnet(tx, o.Scope, o.Subnet); s != nil {
		n.AvailabilityZone = &s.Zone
	}
	n.Groups = append(n.Groups, kit.GroupsOf(tx, o.Scope, o.SecurityGroups)...)
	return n
}

// balancing is who asks for the network interfaces of load balancers (ELB0003).
const balancing = "amazon-elb"

// natAssociation is the association of a public NAT gateway with its Elastic IP address, or nil.
func natAssociation(tx *store.Tx, o *ec2.OwnedInterface) *types.NetworkInterfaceAssociation {
	g := ec2.NATGateways.Find(tx, o.Scope, o.Owner)
	if g == nil || g.Addresses[0].Allocation == "" {
		return nil
	}
	with := g.Addresses[0]
	return &types.NetworkInterfaceAssociation{
		AllocationId: &with.Allocation, AssociationId: &with.Association, PublicIp: &with.PublicIP, IpOwnerId: &o.Scope.Account,
	}
}

// macOf is a locally administered address that follows from an id.
func macOf(id string) string {
	d := kit.Suffix(id)
	return strings.Join([]string{"02", d[:2], d[2:4], d[4:6], d[6:8], d[8:10]}, ":")
}
