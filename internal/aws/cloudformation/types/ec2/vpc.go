package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func vpc() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::VPC",
		Refused:  []string{"Ipv4IpamPoolId", "Ipv4NetmaskLength"},
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeVpcsOutput
			err := t.Call(operation("DescribeVpcs"), &sdk.DescribeVpcsInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.Vpcs, func(v types.Vpc) *string { return v.VpcId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateVpcInput{TagSpecifications: tagsFor(t, types.ResourceTypeVpc)}
			if err := t.Fill(&in, input.Skipped("EnableDnsHostnames"), input.Skipped("EnableDnsSupport"), input.Skipped("Tags")); err != nil {
				return err
			}
			out := sdk.CreateVpcOutput{Vpc: &types.Vpc{}}
			if err := t.Call(operation("CreateVpc"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.Vpc.VpcId)
			return nil
		},
		Configure: func(t *handler.Turn) error {
			return changeVPC(t, func(p string) bool { return t.Properties.Get(p) != nil })
		},
		Read: readVPC,
		Update: func(t *handler.Turn) error {
			if t.Changed("InstanceTenancy") { // from dedicated to default, which ModifyVpcTenancy would do
				return handler.Failed(handler.NotUpdatable, "A change of property InstanceTenancy of AWS::EC2::VPC is not built")
			}
			return changeVPC(t, func(p string) bool { return t.Changed(p) })
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteVpc"), &sdk.DeleteVpcInput{VpcId: &t.ID}, nil)
		},
		Tagging: tagging(physicalID),
	}
}

// changeVPC sets the attributes that are asked for. A request sets one. Source: EC2 API reference, ModifyVpcAttribute.
func changeVPC(t *handler.Turn, asked func(property string) bool) error {
	modify := operation("ModifyVpcAttribute")
	if asked("EnableDnsSupport") {
		in := sdk.ModifyVpcAttributeInput{VpcId: &t.ID, EnableDnsSupport: boolean(t, "EnableDnsSupport", true)}
		if err := t.Call(modify, &in, nil); err != nil {
			return err
		}
	}
	if asked("EnableDnsHostnames") {
		in := sdk.ModifyVpcAttributeInput{VpcId: &t.ID, EnableDnsHostnames: boolean(t, "EnableDnsHostnames", false)}
		return t.Call(modify, &in, nil)
	}
	return nil
}

func readVPC(t *handler.Turn) (stable bool, err error) {
	var out sdk.DescribeVpcsOutput
	if err := t.Call(operation("DescribeVpcs"), &sdk.DescribeVpcsInput{VpcIds: []string{t.ID}}, &out); err != nil || len(out.Vpcs) == 0 {
		return false, err
	}
	v := out.Vpcs[0]
	t.Set("VpcId", v.VpcId)
	t.Set("CidrBlock", v.CidrBlock)
	var ranges []string
	for _, r := range v.CidrBlockAssociationSet {
		ranges = append(ranges, aws.ToString(r.AssociationId))
	}
	t.SetList("CidrBlockAssociations", ranges)
	t.SetList("Ipv6CidrBlocks", nil)
	if v.State != types.VpcStateAvailable || t.Attribute("DefaultNetworkAcl") != "" {
		return v.State == types.VpcStateAvailable, nil
	}
	var groups sdk.DescribeSecurityGroupsOutput
	ask := []types.Filter{filter("vpc-id", t.ID), filter("group-name", "default")}
	if err := t.Call(operation("DescribeSecurityGroups"), &sdk.DescribeSecurityGroupsInput{Filters: ask}, &groups); err != nil {
		return false, err
	}
	for _, g := range groups.SecurityGroups {
		t.Set("DefaultSecurityGroup", g.GroupId)
	}
	var lists sdk.DescribeNetworkAclsOutput
	ask = []types.Filter{filter("vpc-id", t.ID), filter("default", "true")}
	if err := t.Call(operation("DescribeNetworkAcls"), &sdk.DescribeNetworkAclsInput{Filters: ask}, &lists); err != nil {
		return false, err
	}
	for _, l := range lists.NetworkAcls {
		t.Set("DefaultNetworkAcl", l.NetworkAclId)
	}
	return true, nil
}
