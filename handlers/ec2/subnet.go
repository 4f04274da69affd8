package ec2

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	rows "github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func subnetValues(s *types.Subnet, filter string) ([]string, bool) {
	switch filter {
	case "subnet-id":
		return one(s.SubnetId)
	case "subnet-arn":
		return one(s.SubnetArn)
	case "vpc-id":
		return one(s.VpcId)
	case "owner-id":
		return one(s.OwnerId)
	case "state":
		return oneOf(s.State)
	case "cidr", "cidr-block", "cidrBlock":
		return one(s.CidrBlock)
	case "availability-zone", "availabilityZone":
		return one(s.AvailabilityZone)
	case "availability-zone-id", "availabilityZoneId":
		return one(s.AvailabilityZoneId)
	case "default-for-az", "defaultForAz":
		return oneBool(s.DefaultForAz)
	case "map-public-ip-on-launch":
		return oneBool(s.MapPublicIpOnLaunch)
	case "available-ip-address-count":
		return oneOf(strconv.Itoa(int(aws.ToInt32(s.AvailableIpAddressCount))))
	case "ipv6-native":
		return oneBool(s.Ipv6Native)
	case "private-dns-name-options-on-launch.hostname-type":
		return oneOf(launchOptions(s).HostnameType)
	case "private-dns-name-options-on-launch.enable-resource-name-dns-a-record":
		return oneBool(launchOptions(s).EnableResourceNameDnsARecord)
	case "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record":
		return oneBool(launchOptions(s).EnableResourceNameDnsAAAARecord)
	case "enable-dns64", "map-customer-owned-ip-on-launch":
		return oneOf("false")
	case "customer-owned-ipv4-pool", "enable-lni-at-device-index", "ipv6-cidr-block-association.association-id",
		"ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.state", "outpost-arn":
		return nil, true
	}
	return tagValues(s.Tags, filter)
}

// launchOptions are those of a subnet, which may be one without anything.
func launchOptions(s *types.Subnet) types.PrivateDnsNameOptionsOnLaunch {
	if o := s.PrivateDnsNameOptionsOnLaunch; o != nil {
		return *o
	}
	return types.PrivateDnsNameOptionsOnLaunch{}
}

// DescribeSubnets answers the subnets of all VPCs, and those made up that it is asked for.
func (a *API) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	room := rows.RoomIn(tx)
	var described []types.Subnet
	for _, s := range a.subnets(tx, scope, askedIDs(in.SubnetIds, in.Filters, "subnet-id")) {
		described = append(described, describeSubnet(tx, scope, room, s))
	}
	found, err := describe(described, in.Filters, in.SubnetIds, "subnet-id", subnetValues, missing("subnet-"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b types.Subnet) int { return strings.Compare(*a.SubnetId, *b.SubnetId) })
	out := &ec2.DescribeSubnetsOutput{}
	out.Subnets, out.NextToken, err = page(found, func(s types.Subnet) string { return *s.SubnetId }, in.MaxResults, in.NextToken, leastResults, mostResults)
	return out, err
}

func describeSubnet(tx *state.Tx, scope arn.Scope, room *rows.Room, s *state.Subnet) types.Subnet {
	return types.Subnet{
		SubnetId: &s.ID, SubnetArn: resourceARN(scope, "subnet/"+s.ID), State: types.SubnetStateAvailable, OwnerId: &scope.Account,
		VpcId: &s.VPC, CidrBlock: aws.String(s.CIDR(tx.NetworkCIDR()).String()),
		AvailableIpAddressCount: aws.Int32(int32(room.Free(s))),
		AvailabilityZone:        &s.Zone, AvailabilityZoneId: aws.String(state.ZoneID(s.Zone)),
		DefaultForAz: &s.Default, MapPublicIpOnLaunch: &s.MapPublicIP, MapCustomerOwnedIpOnLaunch: aws.Bool(false),
		AssignIpv6AddressOnCreation: aws.Bool(false), Ipv6Native: aws.Bool(false), EnableDns64: aws.Bool(false),
		PrivateDnsNameOptionsOnLaunch: &types.PrivateDnsNameOptionsOnLaunch{
			HostnameType:                 orElse(types.HostnameType(s.HostnameType), types.HostnameTypeIpName),
			EnableResourceNameDnsARecord: &s.ResourceNameA, EnableResourceNameDnsAAAARecord: &s.ResourceNameAAAA,
		},
		Ipv6CidrBlockAssociationSet: []types.SubnetIpv6CidrBlockAssociation{}, Tags: tagsOf(tx, scope, s.ID),
	}
}

// subnets are those that everybody sees, and those made up among some ids.
func (a *API) subnets(tx *state.Tx, scope arn.Scope, ids []string) []*state.Subnet {
	subnets := slices.Clip(tx.Subnets(scope))
	for _, id := range ids {
		if s := tx.Subnet(scope, id); s != nil && s.MadeUp && !a.strict {
			subnets = append(subnets, s)
		}
	}
	return subnets
}
