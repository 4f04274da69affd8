package ec2_test

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestSubnetsOfOnesOwn(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	made := must[*sdk.CreateSubnetOutput](t)(s.CreateSubnet(ctx, &sdk.CreateSubnetInput{
		VpcId: &vpc, CidrBlock: aws.String("10.0.1.0/24"), AvailabilityZoneId: aws.String("euw1-az2"),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSubnet, Tags: []types.Tag{{Key: aws.String("Tier"), Value: aws.String("private")}}}},
	})).Subnet
	if made.State != types.SubnetStateAvailable || *made.AvailabilityZone != "eu-west-1b" || *made.AvailableIpAddressCount != 251 ||
		*made.MapPublicIpOnLaunch || *made.DefaultForAz || *made.CidrBlock != "10.0.1.0/24" || *made.Tags[0].Value != "private" {
		t.Errorf("got %+v", made)
	}
	end := s.runTask(t, *made.SubnetId)
	found := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{Filters: filter("vpc-id", vpc)})).Subnets
	if len(found) != 1 || *found[0].SubnetId != *made.SubnetId || *found[0].AvailableIpAddressCount != 250 {
		t.Fatalf("got %+v", found)
	}
	interfaces := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{Filters: filter("vpc-id", vpc)})).NetworkInterfaces
	if len(interfaces) != 1 || *interfaces[0].SubnetId != *made.SubnetId {
		t.Errorf("got %+v", interfaces)
	}
	_, err := s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: made.SubnetId})
	refused(t, err, "DependencyViolation", "The subnet '"+*made.SubnetId+"' has dependencies and cannot be deleted.")
	end()
	must[*sdk.DeleteSubnetOutput](t)(s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: made.SubnetId}))
	_, err = s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{*made.SubnetId}})
	refused(t, err, "InvalidSubnetID.NotFound", "The subnet ID '"+*made.SubnetId+"' does not exist") // and is not made up
	_, err = s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: aws.String(madeUpSubnet)})
	refused(t, err, "UnsupportedOperation", "ecs-emulator does not support default and made-up subnets of DeleteSubnet")
}

func TestRangesOfSubnets(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/20")
	s.subnet(t, vpc, "10.0.1.0/24")
	for _, c := range []struct{ vpc, cidr, zone, code, message string }{
		{"", "10.0.2.0/24", "", "MissingParameter", "The request must contain the parameter vpcId"},
		{"vpc-1", "10.0.2.0/24", "", "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"},
		{vpc, "10.0.1.128/25", "", "InvalidSubnet.Conflict", "The CIDR '10.0.1.128/25' conflicts with another subnet"},
		{vpc, "10.0.16.0/24", "", "InvalidSubnet.Range", "The CIDR '10.0.16.0/24' is invalid."},
		{vpc, "10.0.0.0/19", "", "InvalidSubnet.Range", "The CIDR '10.0.0.0/19' is invalid."},
		{vpc, "10.0.2.0/29", "", "InvalidSubnet.Range", "The CIDR '10.0.2.0/29' is invalid."},
		{vpc, "10.0.2.0", "", "InvalidParameterValue", "Value (10.0.2.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		{vpc, "10.0.2.0/24", "us-east-1a", "InvalidParameterValue", "Value (us-east-1a) for parameter availabilityZone is invalid. " +
			"Subnets can currently only be created in the following availability zones: eu-west-1a, eu-west-1b, eu-west-1c."},
		{ec2network.DefaultVPC, "172.31.0.0/24", "", "InvalidSubnet.Conflict", "The CIDR '172.31.0.0/24' conflicts with another subnet"},
		{ec2network.DefaultVPC, "172.31.240.0/24", "", "UnsupportedOperation", "ecs-emulator does not support ranges in the last sixteenth of the default VPC, which the engine's own containers have, of CreateSubnet"},
	} {
		_, err := s.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &c.vpc, CidrBlock: &c.cidr, AvailabilityZone: &c.zone})
		refused(t, err, c.code, c.message)
	}
	moved := s.subnet(t, ec2network.DefaultVPC, "172.31.64.16/28")
	s.update(t, func(tx *store.Tx) { ec2network.SetNetworkCIDR(tx, netip.MustParsePrefix("10.9.0.0/16")) })
	out := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{moved}}))
	if got := *out.Subnets[0].CidrBlock; got != "10.9.64.16/28" {
		t.Errorf("a subnet of the default VPC has the range %s where that of the network is another", got)
	}
}

func TestAttributesOfSubnets(t *testing.T) {
	s := newServer(t)
	subnet := s.subnet(t, s.vpc(t, "10.0.0.0/16"), "10.0.1.0/24")
	defaults, _ := ec2network.DefaultNetwork(scope)
	on, off := &types.AttributeBooleanValue{Value: aws.Bool(true)}, &types.AttributeBooleanValue{Value: aws.Bool(false)}
	for _, in := range []sdk.ModifySubnetAttributeInput{
		{SubnetId: &subnet, MapPublicIpOnLaunch: on}, {SubnetId: &subnet, EnableDns64: off}, {SubnetId: &subnet, AssignIpv6AddressOnCreation: off},
		{SubnetId: &subnet, EnableResourceNameDnsARecordOnLaunch: on}, {SubnetId: &subnet, PrivateDnsHostnameTypeOnLaunch: types.HostnameTypeResourceName},
		{SubnetId: &defaults[0].ID, MapPublicIpOnLaunch: off},
	} {
		must[*sdk.ModifySubnetAttributeOutput](t)(s.ModifySubnetAttribute(ctx, &in))
	}
	found := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{
		Filters: append(filter("map-public-ip-on-launch", "true"), filter("private-dns-name-options-on-launch.hostname-type", "resource-name")...),
	})).Subnets
	if len(found) != 1 || *found[0].SubnetId != subnet || !*found[0].PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord {
		t.Errorf("got %+v", found)
	}
	all := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{Filters: filter("default-for-az", "true")})).Subnets
	if len(all) != 3 || *all[0].MapPublicIpOnLaunch || !*all[1].MapPublicIpOnLaunch {
		t.Errorf("got %+v", all)
	}
	for _, c := range []struct {
		in            sdk.ModifySubnetAttributeInput
		code, message string
	}{
		{sdk.ModifySubnetAttributeInput{SubnetId: &subnet}, "MissingParameter", "The request must contain an attribute to modify"},
		{sdk.ModifySubnetAttributeInput{SubnetId: &subnet, EnableDns64: on}, "UnsupportedOperation", "ecs-emulator does not support IPv6 of ModifySubnetAttribute"},
		{sdk.ModifySubnetAttributeInput{SubnetId: &subnet, PrivateDnsHostnameTypeOnLaunch: "x"}, "InvalidParameterValue",
			"Value (x) for parameter privateDnsHostnameTypeOnLaunch is invalid. Valid values are ip-name and resource-name."},
		{sdk.ModifySubnetAttributeInput{SubnetId: aws.String("subnet-1"), MapPublicIpOnLaunch: on}, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"},
	} {
		_, err := s.ModifySubnetAttribute(ctx, &c.in)
		refused(t, err, c.code, c.message)
	}
}
