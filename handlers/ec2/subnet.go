package ec2

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

func subnetAttributes(s types.Subnet) attributes {
	isDefault, zone := strconv.FormatBool(*s.DefaultForAz), *s.AvailabilityZone
	return attributes{
		"subnet-id": *s.SubnetId, "subnet-arn": *s.SubnetArn, "vpc-id": *s.VpcId, "owner-id": *s.OwnerId, "state": string(s.State),
		"cidr": *s.CidrBlock, "cidr-block": *s.CidrBlock, "cidrBlock": *s.CidrBlock,
		"availability-zone": zone, "availabilityZone": zone,
		"availability-zone-id": *s.AvailabilityZoneId, "availabilityZoneId": *s.AvailabilityZoneId,
		"default-for-az": isDefault, "defaultForAz": isDefault,
		"map-public-ip-on-launch":    strconv.FormatBool(*s.MapPublicIpOnLaunch),
		"available-ip-address-count": strconv.Itoa(int(*s.AvailableIpAddressCount)),
	}
}

// reservedIPs is how many addresses of a subnet nobody gets.
// Source: VPC user guide, subnet sizing.
const reservedIPs = 5

// DescribeSubnets answers the default subnets and those made on first use.
func (a *API) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	network, used := tx.NetworkCIDR(), usedAddresses(tx, scope)
	var rows []types.Subnet
	for _, s := range tx.Subnets(scope) {
		block := s.CIDR(network)
		rows = append(rows, types.Subnet{
			SubnetId: &s.ID, SubnetArn: resourceARN(scope, "subnet/"+s.ID), State: types.SubnetStateAvailable, OwnerId: &scope.Account,
			VpcId: &s.VPC, CidrBlock: aws.String(block.String()),
			AvailableIpAddressCount: aws.Int32(int32(1<<(32-block.Bits()) - reservedIPs - used[s.ID])),
			AvailabilityZone:        &s.Zone, AvailabilityZoneId: aws.String(zoneID(s.Zone)),
			DefaultForAz: &s.Default, MapPublicIpOnLaunch: &s.Default, AssignIpv6AddressOnCreation: aws.Bool(false), Ipv6Native: aws.Bool(false),
			Ipv6CidrBlockAssociationSet: []types.SubnetIpv6CidrBlockAssociation{}, Tags: []types.Tag{},
		})
	}
	found, err := describe(rows, in.Filters, in.SubnetIds, "subnet-id", subnetAttributes, func(id string) error {
		return &awsapi.Error{Code: "InvalidSubnetID.NotFound", Message: "The subnet ID '" + id + "' does not exist"}
	})
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeSubnetsOutput{Subnets: found}, nil
}

// usedAddresses counts the addresses that tasks have, by subnet id.
func usedAddresses(tx *state.Tx, scope arn.Scope) map[string]int {
	used := map[string]int{}
	for _, task := range tx.AllTasks() {
		if !task.Ended() && task.Scope() == scope {
			used[task.Placement.SubnetID]++
		}
	}
	return used
}

func resourceARN(scope arn.Scope, resource string) *string {
	return aws.String("arn:" + scope.Partition() + ":ec2:" + scope.Region + ":" + scope.Account + ":" + resource)
}
