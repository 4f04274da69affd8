package ec2

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	rows "github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
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
	case "enable-dns64", "map-customer-owned-ip-on-launch":
		return oneOf("false")
	case "customer-owned-ipv4-pool", "enable-lni-at-device-index", "ipv6-cidr-block-association.association-id",
		"ipv6-cidr-block-association.ipv6-cidr-block", "ipv6-cidr-block-association.state", "outpost-arn",
		"private-dns-name-options-on-launch.hostname-type", "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
		"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record":
		return nil, true
	}
	return tagValues(s.Tags, filter)
}

// DescribeSubnets answers the default subnets, and those made up that it is asked for.
func (a *API) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	network, room := tx.NetworkCIDR(), rows.RoomIn(tx)
	subnets := a.subnets(tx, scope, askedIDs(in.SubnetIds, in.Filters, "subnet-id"))
	described := make([]types.Subnet, 0, len(subnets))
	for _, s := range subnets {
		block := s.CIDR(network)
		described = append(described, types.Subnet{
			SubnetId: &s.ID, SubnetArn: resourceARN(scope, "subnet/"+s.ID), State: types.SubnetStateAvailable, OwnerId: &scope.Account,
			VpcId: &s.VPC, CidrBlock: aws.String(block.String()),
			AvailableIpAddressCount: aws.Int32(int32(room.Free(s))),
			AvailabilityZone:        &s.Zone, AvailabilityZoneId: aws.String(state.ZoneID(s.Zone)),
			DefaultForAz: &s.Default, MapPublicIpOnLaunch: &s.Default, AssignIpv6AddressOnCreation: aws.Bool(false), Ipv6Native: aws.Bool(false),
			Ipv6CidrBlockAssociationSet: []types.SubnetIpv6CidrBlockAssociation{}, Tags: tagsOf(tx, scope, s.ID),
		})
	}
	found, err := describe(described, in.Filters, in.SubnetIds, "subnet-id", subnetValues, missing("subnet-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeSubnetsOutput{Subnets: found}, nil
}

// subnets are those that everybody sees, and those made up among some ids.
func (a *API) subnets(tx *state.Tx, scope arn.Scope, ids []string) []*state.Subnet {
	subnets := tx.Subnets(scope)
	for _, id := range ids {
		if s := tx.Subnet(scope, id); s != nil && s.MadeUp && !a.strict {
			subnets = append(subnets, s)
		}
	}
	return subnets
}
