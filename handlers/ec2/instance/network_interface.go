package instance

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var networkInterfaceValues = kit.Values[types.NetworkInterface](kit.Filters{
	Named: []string{
		"network-interface-id", "description", "status", "interface-type", "mac-address", "subnet-id", "vpc-id", "owner-id",
		"availability-zone", "private-ip-address", "private-dns-name", "requester-id", "requester-managed", "source-dest-check",
		"attachment.instance-id", "attachment.instance-owner-id", "attachment.attachment-id",
	},
	Members: map[string]string{
		"addresses.association.owner-id":   "Association?.IpOwnerId",
		"addresses.association.public-ip":  "Association?.PublicIp",
		"addresses.primary":                "=true",
		"addresses.private-ip-address":     "PrivateIpAddress",
		"association.allocation-id":        "Association?.AllocationId",
		"association.association-id":       "Association?.AssociationId",
		"association.ip-owner-id":          "Association?.IpOwnerId",
		"association.public-dns-name":      "Association?.PublicDnsName",
		"association.public-ip":            "Association?.PublicIp",
		"attachment.attach-time":           "Attachment?.AttachTime?",
		"attachment.delete-on-termination": "Attachment?.DeleteOnTermination?",
		"attachment.device-index":          "Attachment?.DeviceIndex?",
		"attachment.status":                "=attached",
		"group-id":                         "Groups.GroupId",
		"group-name":                       "Groups.GroupName",
	},
	Unused: []string{"availability-zone-id", "ipv6-addresses.ipv6-address", "operator.managed", "operator.principal"},
})

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
	n.Groups = append(n.Groups, kit.GroupsOf(tx, scope, t.Spec.SecurityGroups)...)
	return n
}
