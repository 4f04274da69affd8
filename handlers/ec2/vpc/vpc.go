package vpc

import (
	"context"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var vpcs = kit.Listing[types.Vpc]{
	ID: "vpc-id", Missing: kit.Missing("vpc-"),
	Values: kit.Values[types.Vpc](kit.Filters{
		Named: []string{"vpc-id", "owner-id", "state", "dhcp-options-id", "cidr-block", "is-default"},
		Members: map[string]string{
			"cidr":                                  "CidrBlock",
			"cidrBlock":                             "CidrBlock",
			"isDefault":                             "IsDefault",
			"cidr-block-association.cidr-block":     "CidrBlockAssociationSet.CidrBlock",
			"cidr-block-association.association-id": "CidrBlockAssociationSet.AssociationId",
			"cidr-block-association.state":          "CidrBlockAssociationSet.CidrBlockState.State",
		},
		Unused: []string{
			"ipv6-cidr-block-association.association-id", "ipv6-cidr-block-association.ipv6-cidr-block",
			"ipv6-cidr-block-association.ipv6-pool", "ipv6-cidr-block-association.state",
		},
	}),
}

// DescribeVpcs answers the default VPC and your own.
func (a *API) DescribeVpcs(ctx context.Context, in *sdk.DescribeVpcsInput) (*sdk.DescribeVpcsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.Vpc
	for _, v := range ec2network.VPCs(tx, scope) {
		rows = append(rows, describeVPC(tx, v))
	}
	found, next, err := vpcs.Of(rows, kit.Ask(in.Filters, in.VpcIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeVpcsOutput{Vpcs: found, NextToken: next}, err
}

func describeVPC(tx *store.Tx, v *ec2network.VPC) types.Vpc {
	return types.Vpc{
		VpcId: &v.ID, OwnerId: &v.Scope.Account, State: types.VpcStateAvailable, CidrBlock: &v.CIDR,
		CidrBlockAssociationSet: vpcRanges(v), DhcpOptionsId: aws.String(ec2.DHCPOptionsOf(v)), InstanceTenancy: types.Tenancy(v.Tenancy),
		IsDefault: &v.Default, Tags: kit.TagsOf(tx, v.Scope, v.ID),
	}
}

// CreateVpc makes a VPC, with its default security group, main route table and default
// network ACL. It is answered as pending (EC20004).
func (a *API) CreateVpc(ctx context.Context, in *sdk.CreateVpcInput) (*sdk.CreateVpcOutput, error) {
	if err := refuseVPC(in); err != nil {
		return nil, err
	}
	cidr, err := kit.CIDRBlock(in.CidrBlock, "InvalidVpc.Range")
	if err != nil {
		return nil, err
	}
	tenancy, err := tenancyOf(in.InstanceTenancy)
	if err != nil {
		return nil, err
	}
	tags, err := kit.TagsFor(ctx, types.ResourceTypeVpc, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(in.DryRun) {
		return nil, kit.ErrDryRun
	}
	v := &ec2network.VPC{
		Scope: kit.Scope(ctx), ID: ec2network.NewNetworkID("vpc-"), CIDR: cidr.String(), Tenancy: string(tenancy), DNSSupport: true,
	}
	out := &sdk.CreateVpcOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		ec2.CreateVPC(tx, v)
		ec2network.SetTags(tx, v.Scope, v.ID, tags)
		made := describeVPC(tx, v)
		made.State, made.Ipv6CidrBlockAssociationSet = types.VpcStatePending, []types.VpcIpv6CidrBlockAssociation{}
		out.Vpc = &made
		return nil
	})
	if err == nil {
		a.made(ctx, v.ID, cidr)
	}
	return out, err
}

// refuseVPC refuses what is not built.
func refuseVPC(in *sdk.CreateVpcInput) error {
	switch {
	case aws.ToBool(in.AmazonProvidedIpv6CidrBlock) || in.Ipv6CidrBlock != nil || in.Ipv6Pool != nil || in.Ipv6IpamPoolId != nil ||
		in.Ipv6NetmaskLength != nil || in.Ipv6CidrBlockNetworkBorderGroup != nil:
		return kit.NotBuilt("CreateVpc", "IPv6")
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil:
		return kit.NotBuilt("CreateVpc", "IPAM pools")
	case in.VpcEncryptionControl != nil:
		return kit.NotBuilt("CreateVpc", "VpcEncryptionControl")
	}
	return nil
}

// tenancyOf is the tenancy of a new VPC's instances, which is kept. Source: EC2 API
// reference, CreateVpc; the text is the emulator's.
func tenancyOf(asked types.Tenancy) (types.Tenancy, error) {
	switch asked {
	case "":
		return types.TenancyDefault, nil
	case types.TenancyDefault, types.TenancyDedicated:
		return asked, nil
	}
	return "", kit.Refuse("InvalidParameterValue", "Value (%s) for parameter instanceTenancy is invalid. Valid values are default and dedicated.", asked)
}

// DeleteVpc removes a VPC in which there is nothing but what came with it. Source of the
// text: field reports.
func (a *API) DeleteVpc(ctx context.Context, in *sdk.DeleteVpcInput) (*sdk.DeleteVpcOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		v, err := kit.NamedVPC(tx, kit.Scope(ctx), in.VpcId)
		switch {
		case err != nil:
			return err
		case v.Default || ec2.VPCInUse(tx, v): // the subnets of the default one stay
			return kit.InUse("vpc", v.ID)
		case aws.ToBool(in.DryRun):
			return kit.ErrDryRun
		}
		ec2.DeleteVPC(tx, v)
		return nil
	})
	return &sdk.DeleteVpcOutput{}, err
}

// changeVPC changes a copy of the VPC that a request has to name, and writes it.
func changeVPC(tx *store.Tx, scope arn.Scope, id *string, change func(v *ec2network.VPC) error) error {
	v, err := kit.NamedVPC(tx, scope, id)
	if err != nil {
		return err
	}
	changed := *v
	if err := change(&changed); err != nil {
		return err
	}
	ec2network.PutVPC(tx, &changed)
	return nil
}

// rangeOf is the range that a VPC was made with.
func rangeOf(v *ec2network.VPC) netip.Prefix { return netip.MustParsePrefix(v.CIDR) }
