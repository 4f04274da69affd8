package ec2

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func subnet() *handler.Type {
	return &handler.Type{
		Name: "AWS::EC2::Subnet",
		Refused: []string{
			"EnableLniAtDeviceIndex", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6NetmaskLength", "OutpostArn",
		},
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeSubnetsOutput
			err := t.Call(operation("DescribeSubnets"), &sdk.DescribeSubnetsInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.Subnets, func(s types.Subnet) *string { return s.SubnetId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateSubnetInput{TagSpecifications: tagsFor(t, types.ResourceTypeSubnet)}
			if err := t.Fill(&in, skippedOfSubnet...); err != nil {
				return err
			}
			out := sdk.CreateSubnetOutput{Subnet: &types.Subnet{}}
			if err := t.Call(operation("CreateSubnet"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.Subnet.SubnetId)
			return nil
		},
		Configure: func(t *handler.Turn) error {
			return changeSubnet(t, func(p string) bool { return t.Properties.Get(p) != nil })
		},
		Read:   readSubnet,
		Update: func(t *handler.Turn) error { return changeSubnet(t, func(p string) bool { return t.Changed(p) }) },
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteSubnet"), &sdk.DeleteSubnetInput{SubnetId: &t.ID}, nil)
		},
		Tagging: tagging(physicalID),
	}
}

// skippedOfSubnet are properties that the create does not have.
var skippedOfSubnet = []input.Exception{
	input.Skipped("AssignIpv6AddressOnCreation"), input.Skipped("EnableDns64"), input.Skipped("MapPublicIpOnLaunch"),
	input.Skipped("PrivateDnsNameOptionsOnLaunch"), input.Skipped("Tags"),
}

// changeSubnet sets the attributes that are asked for. A request sets one. Source: EC2 API reference, ModifySubnetAttribute.
func changeSubnet(t *handler.Turn, asked func(property string) bool) error {
	var list []sdk.ModifySubnetAttributeInput
	if asked("MapPublicIpOnLaunch") {
		list = append(list, sdk.ModifySubnetAttributeInput{MapPublicIpOnLaunch: boolean(t, "MapPublicIpOnLaunch", false)})
	}
	if asked("AssignIpv6AddressOnCreation") {
		list = append(list, sdk.ModifySubnetAttributeInput{AssignIpv6AddressOnCreation: boolean(t, "AssignIpv6AddressOnCreation", false)})
	}
	if asked("EnableDns64") {
		list = append(list, sdk.ModifySubnetAttributeInput{EnableDns64: boolean(t, "EnableDns64", false)})
	}
	if asked("PrivateDnsNameOptionsOnLaunch") {
		names := t.Properties.Get("PrivateDnsNameOptionsOnLaunch")
		on := func(member string) *types.AttributeBooleanValue {
			return &types.AttributeBooleanValue{Value: aws.Bool(names.TextOf(member) == "true")}
		}
		kind := cmp.Or(types.HostnameType(names.TextOf("HostnameType")), types.HostnameTypeIpName)
		list = append(list,
			sdk.ModifySubnetAttributeInput{PrivateDnsHostnameTypeOnLaunch: kind},
			sdk.ModifySubnetAttributeInput{EnableResourceNameDnsARecordOnLaunch: on("EnableResourceNameDnsARecord")},
			sdk.ModifySubnetAttributeInput{EnableResourceNameDnsAAAARecordOnLaunch: on("EnableResourceNameDnsAAAARecord")})
	}
	for i := range list {
		list[i].SubnetId = &t.ID
		if err := t.Call(operation("ModifySubnetAttribute"), &list[i], nil); err != nil {
			return err
		}
	}
	return nil
}

func readSubnet(t *handler.Turn) (stable bool, err error) {
	var out sdk.DescribeSubnetsOutput
	if err := t.Call(operation("DescribeSubnets"), &sdk.DescribeSubnetsInput{SubnetIds: []string{t.ID}}, &out); err != nil || len(out.Subnets) == 0 {
		return false, err
	}
	s := out.Subnets[0]
	t.Set("SubnetId", s.SubnetId)
	t.Set("VpcId", s.VpcId)
	t.Set("CidrBlock", s.CidrBlock)
	t.Set("AvailabilityZone", s.AvailabilityZone)
	t.Set("AvailabilityZoneId", s.AvailabilityZoneId)
	t.Set("OutpostArn", s.OutpostArn)
	t.SetList("Ipv6CidrBlocks", nil)
	if s.State != types.SubnetStateAvailable || t.Attribute("NetworkAclAssociationId") != "" {
		return s.State == types.SubnetStateAvailable, nil
	}
	var lists sdk.DescribeNetworkAclsOutput
	ask := sdk.DescribeNetworkAclsInput{Filters: []types.Filter{filter("association.subnet-id", t.ID)}}
	if err := t.Call(operation("DescribeNetworkAcls"), &ask, &lists); err != nil {
		return false, err
	}
	for _, l := range lists.NetworkAcls {
		for _, a := range l.Associations {
			if a.SubnetId != nil && aws.ToString(a.SubnetId) == t.ID {
				t.Set("NetworkAclAssociationId", a.NetworkAclAssociationId)
			}
		}
	}
	return true, nil
}
