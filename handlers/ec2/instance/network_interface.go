package instance

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func networkInterfaceValues(n *types.NetworkInterface, filter string) ([]string, bool) {
	switch filter {
	case "network-interface-id":
		return kit.One(n.NetworkInterfaceId)
	case "description":
		return kit.One(n.Description)
	case "status":
		return kit.OneOf(n.Status)
	case "interface-type":
		return kit.OneOf(n.InterfaceType)
	case "mac-address":
		return kit.One(n.MacAddress)
	case "subnet-id":
		return kit.One(n.SubnetId)
	case "vpc-id":
		return kit.One(n.VpcId)
	case "owner-id":
		return kit.One(n.OwnerId)
	case "availability-zone":
		return kit.One(n.AvailabilityZone)
	case "private-ip-address", "addresses.private-ip-address":
		return kit.One(n.PrivateIpAddress)
	case "private-dns-name":
		return kit.One(n.PrivateDnsName)
	case "addresses.primary":
		return kit.OneOf("true")
	case "requester-id":
		return kit.One(n.RequesterId)
	case "requester-managed":
		return kit.OneBool(n.RequesterManaged)
	case "source-dest-check":
		return kit.OneBool(n.SourceDestCheck)
	case "association.allocation-id":
		return kit.Each(associationsOf(n), func(a *types.NetworkInterfaceAssociation) string { return aws.ToString(a.AllocationId) })
	case "association.association-id":
		return kit.Each(associationsOf(n), func(a *types.NetworkInterfaceAssociation) string { return aws.ToString(a.AssociationId) })
	case "association.public-ip", "addresses.association.public-ip":
		return kit.Each(associationsOf(n), func(a *types.NetworkInterfaceAssociation) string { return *a.PublicIp })
	case "association.ip-owner-id", "addresses.association.owner-id":
		return kit.Each(associationsOf(n), func(a *types.NetworkInterfaceAssociation) string { return *a.IpOwnerId })
	case "association.public-dns-name":
		return kit.Each(associationsOf(n), func(a *types.NetworkInterfaceAssociation) string { return aws.ToString(a.PublicDnsName) })
	case "group-id":
		return kit.Each(n.Groups, func(g *types.GroupIdentifier) string { return *g.GroupId })
	case "group-name":
		return kit.Each(n.Groups, func(g *types.GroupIdentifier) string { return *g.GroupName })
	}
	if values, known := attachmentValues(n, filter); known {
		return values, true
	}
	if slices.Contains(unusedNetworkInterfaceFilters, filter) {
		return nil, true
	}
	return kit.TagValues(n.TagSet, filter)
}

// unusedNetworkInterfaceFilters are those to which no interface has a value here.
var unusedNetworkInterfaceFilters = []string{
	"availability-zone-id", "ipv6-addresses.ipv6-address", "operator.managed", "operator.principal",
}

// DescribeNetworkInterfaces answers those of instances, tasks, NAT gateways, endpoints and load
// balancers.
func (a *API) DescribeNetworkInterfaces(ctx context.Context, in *sdk.DescribeNetworkInterfacesInput) (*sdk.DescribeNetworkInterfacesOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.NetworkInterface
	for _, t := range state.AllTasks(tx) {
		if t.Scope() == scope && kit.HasNetworkInterface(t) {
			rows = append(rows, networkInterface(tx, scope, t))
		}
	}
	rows = append(rows, ownedInterfaces(tx, scope)...)
	rows = append(rows, instanceInterfaces(tx, scope)...)
	found, err := kit.Describe(rows, in.Filters, in.NetworkInterfaceIds, "network-interface-id", networkInterfaceValues, kit.Missing("eni-"))
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeNetworkInterfacesOutput{NetworkInterfaces: found}, nil
}

// networkInterface is the network interface of a task (ECS0121). It has no ids of those who asked for it and
// attached it.
func networkInterface(tx *store.Tx, scope arn.Scope, t *state.Task) types.NetworkInterface {
	eni := &t.Status.Attachment
	n := types.NetworkInterface{
		NetworkInterfaceId: &eni.NetworkID, MacAddress: &eni.MAC, PrivateIpAddress: &eni.PrivateIPv4, PrivateDnsName: kit.Optional(eni.PrivateDNSName),
		PrivateIpAddresses: []types.NetworkInterfacePrivateIpAddress{{
			Primary: aws.Bool(true), PrivateIpAddress: &eni.PrivateIPv4, PrivateDnsName: kit.Optional(eni.PrivateDNSName),
		}},
		Ipv6Addresses:    []types.NetworkInterfaceIpv6Address{},
		Description:      aws.String("arn:" + scope.Partition() + ":ecs:" + scope.Region + ":" + scope.Account + ":attachment/" + t.Placement.AttachmentID),
		RequesterManaged: aws.Bool(true), Status: types.NetworkInterfaceStatusInUse, InterfaceType: types.NetworkInterfaceTypeInterface,
		Attachment:      &types.NetworkInterfaceAttachment{Status: types.AttachmentStatusAttached},
		SourceDestCheck: aws.Bool(true), OwnerId: &scope.Account,
		SubnetId: &t.Placement.SubnetID, AvailabilityZone: &t.Placement.Zone, TagSet: kit.TagsOf(tx, scope, eni.NetworkID),
	}
	if s := ec2network.FindSubnet(tx, scope, t.Placement.SubnetID); s != nil {
		n.VpcId = &s.VPC
		n.Association = amazonAssociation(tx, scope, s.VPC, ec2network.FindPublicAddress(tx, t.ARN))
		n.PrivateIpAddresses[0].Association = n.Association
	}
	for _, id := range t.Spec.SecurityGroups {
		if g := ec2network.FindSecurityGroup(tx, scope, id); g != nil {
			n.Groups = append(n.Groups, types.GroupIdentifier{GroupId: &g.ID, GroupName: &g.Name})
		}
	}
	return n
}
