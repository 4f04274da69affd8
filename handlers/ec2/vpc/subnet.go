package vpc

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func subnetValues(s *types.Subnet, filter string) ([]string, bool) {
	switch filter {
	case "subnet-id":
		return kit.One(s.SubnetId)
	case "subnet-arn":
		return kit.One(s.SubnetArn)
	case "vpc-id":
		return kit.One(s.VpcId)
	case "owner-id":
		return kit.One(s.OwnerId)
	case "state":
		return kit.OneOf(s.State)
	case "cidr", "cidr-block", "cidrBlock":
		return kit.One(s.CidrBlock)
	case "availability-zone", "availabilityZone":
		return kit.One(s.AvailabilityZone)
	case "availability-zone-id", "availabilityZoneId":
		return kit.One(s.AvailabilityZoneId)
	case "default-for-az", "defaultForAz":
		return kit.OneBool(s.DefaultForAz)
	case "map-public-ip-on-launch":
		return kit.OneBool(s.MapPublicIpOnLaunch)
	case "available-ip-address-count":
		return kit.OneOf(strconv.Itoa(int(aws.ToInt32(s.AvailableIpAddressCount))))
	case "ipv6-native":
		return kit.OneBool(s.Ipv6Native)
	case "private-dns-name-options-on-launch.hostname-type":
		return kit.OneOf(launchOptions(s).HostnameType)
	case "private-dns-name-options-on-launch.enable-resource-name-dns-a-record":
		return kit.OneBool(launchOptions(s).EnableResourceNameDnsARecord)
	case "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record":
		return kit.OneBool(launchOptions(s).EnableResourceNameDnsAAAARecord)
	case "enable-dns64", "map-customer-owned-ip-on-launch":
		return kit.OneOf("false")
	case "customer-owned-ipv4-pool", "enable-lni-at-device-index", "ipv6-cidr-block-association.association-id",
		"ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.state", "outpost-arn":
		return nil, true
	}
	return kit.TagValues(s.Tags, filter)
}

// launchOptions are the launch options of a subnet, which may be one without anything.
func launchOptions(s *types.Subnet) types.PrivateDnsNameOptionsOnLaunch {
	if o := s.PrivateDnsNameOptionsOnLaunch; o != nil {
		return *o
	}
	return types.PrivateDnsNameOptionsOnLaunch{}
}

// DescribeSubnets answers the subnets of all VPCs, and those made up that it is asked for.
func (a *API) DescribeSubnets(ctx context.Context, in *sdk.DescribeSubnetsInput) (*sdk.DescribeSubnetsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	room := ec2.RoomIn(tx, state.TaskInterfaces(tx))
	var described []types.Subnet
	for _, s := range a.Subnets(tx, scope, kit.AskedIDs(in.SubnetIds, in.Filters, "subnet-id")) {
		described = append(described, describeSubnet(tx, scope, room, s))
	}
	found, err := kit.Describe(described, in.Filters, in.SubnetIds, "subnet-id", subnetValues, kit.Missing("subnet-"))
	if err != nil {
		return nil, err
	}
	sorting.By(found, func(a, b types.Subnet) int { return strings.Compare(*a.SubnetId, *b.SubnetId) })
	out := &sdk.DescribeSubnetsOutput{}
	out.Subnets, out.NextToken, err = kit.Page(found, func(s types.Subnet) string { return *s.SubnetId }, in.MaxResults, in.NextToken, kit.LeastResults, kit.MostResults)
	return out, err
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
