package vpc

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var subnets = kit.Listing[types.Subnet]{
	ID: "subnet-id", Missing: kit.Missing("subnet-"),
	Values: kit.Values[types.Subnet](kit.Filters{
		Named: []string{
			"subnet-id", "subnet-arn", "vpc-id", "owner-id", "state", "cidr-block", "availability-zone", "availability-zone-id",
			"default-for-az", "map-public-ip-on-launch", "available-ip-address-count", "ipv6-native", "enable-dns64",
			"map-customer-owned-ip-on-launch", "private-dns-name-options-on-launch.hostname-type",
			"private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
		},
		Members: map[string]string{
			"cidr":               "CidrBlock",
			"cidrBlock":          "CidrBlock",
			"availabilityZone":   "AvailabilityZone",
			"availabilityZoneId": "AvailabilityZoneId",
			"defaultForAz":       "DefaultForAz",
			"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": "PrivateDnsNameOptionsOnLaunch." +
				"EnableResourceNameDnsAAAARecord",
		},
		Unused: []string{
			"customer-owned-ipv4-pool", "enable-lni-at-device-index", "ipv6-cidr-block-association.association-id",
			"ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.state", "outpost-arn",
		},
	}),
}

// DescribeSubnets answers the subnets of all VPCs, and those made up that it is asked for.
func (a *API) DescribeSubnets(ctx context.Context, in *sdk.DescribeSubnetsInput) (*sdk.DescribeSubnetsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	room := ec2.RoomIn(tx, state.TaskInterfaces(tx))
	var described []types.Subnet
	for _, s := range a.Subnets(tx, scope, kit.AskedIDs(in.SubnetIds, in.Filters, "subnet-id")) {
		described = append(described, describeSubnet(tx, scope, room, s))
	}
	found, next, err := subnets.Of(described, kit.Ask(in.Filters, in.SubnetIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeSubnetsOutput{Subnets: found, NextToken: next}, err
}

func describeSubnet(tx *store.Tx, scope arn.Scope, room *ec2.Room, s *ec2network.Subnet) types.Subnet {
	return types.Subnet{
		SubnetId: &s.ID, SubnetArn: kit.ResourceARN(scope, "subnet/"+s.ID), State: types.SubnetStateAvailable, OwnerId: &scope.Account,
		VpcId: &s.VPC, CidrBlock: aws.String(s.CIDR(ec2network.NetworkCIDR(tx)).String()),
		AvailableIpAddressCount: aws.Int32(int32(room.Free(s))),
		AvailabilityZone:        &s.Zone, AvailabilityZoneId: aws.String(ec2network.ZoneID(s.Zone)),
		DefaultForAz: &s.Default, MapPublicIpOnLaunch: &s.MapPublicIP, MapCustomerOwnedIpOnLaunch: aws.Bool(false),
		AssignIpv6AddressOnCreation: aws.Bool(false), Ipv6Native: aws.Bool(false), EnableDns64: aws.Bool(false),
		PrivateDnsNameOptionsOnLaunch: &types.PrivateDnsNameOptionsOnLaunch{
			HostnameType:                 cmp.Or(types.HostnameType(s.HostnameType), types.HostnameTypeIpName),
			EnableResourceNameDnsARecord: &s.ResourceNameA, EnableResourceNameDnsAAAARecord: &s.ResourceNameAAAA,
		},
		Ipv6CidrBlockAssociationSet: []types.SubnetIpv6CidrBlockAssociation{}, Tags: kit.TagsOf(tx, scope, s.ID),
	}
}
