package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func vpcValues(v *types.Vpc, filter string) ([]string, bool) {
	switch filter {
	case "vpc-id":
		return one(v.VpcId)
	case "owner-id":
		return one(v.OwnerId)
	case "state":
		return oneOf(v.State)
	case "dhcp-options-id":
		return one(v.DhcpOptionsId)
	case "cidr", "cidr-block", "cidrBlock", "cidr-block-association.cidr-block":
		return one(v.CidrBlock)
	case "is-default", "isDefault":
		return oneBool(v.IsDefault)
	case "cidr-block-association.association-id":
		return each(v.CidrBlockAssociationSet, func(a *types.VpcCidrBlockAssociation) string { return *a.AssociationId })
	case "cidr-block-association.state":
		return each(v.CidrBlockAssociationSet, func(a *types.VpcCidrBlockAssociation) string { return string(a.CidrBlockState.State) })
	case "ipv6-cidr-block-association.association-id", "ipv6-cidr-block-association.ipv6-cidr-block",
		"ipv6-cidr-block-association.ipv6-pool", "ipv6-cidr-block-association.state":
		return nil, true
	}
	return tagValues(v.Tags, filter)
}

// DescribeVpcs answers the VPC: there is one in each account and region.
func (a *API) DescribeVpcs(ctx context.Context, in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
	rows := []types.Vpc{defaultVPC(a.store.Read(), scopeOf(ctx))}
	found, err := describe(rows, in.Filters, in.VpcIds, "vpc-id", vpcValues, missing("vpc-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeVpcsOutput{Vpcs: found}, nil
}

func defaultVPC(tx *state.Tx, scope arn.Scope) types.Vpc {
	id, cidr := state.DefaultVPC, tx.NetworkCIDR().String()
	return types.Vpc{
		VpcId: &id, OwnerId: &scope.Account, State: types.VpcStateAvailable, CidrBlock: &cidr,
		CidrBlockAssociationSet: []types.VpcCidrBlockAssociation{{
			AssociationId: aws.String("vpc-cidr-assoc-" + suffix(id)), CidrBlock: &cidr,
			CidrBlockState: &types.VpcCidrBlockState{State: types.VpcCidrBlockStateCodeAssociated},
		}},
		DhcpOptionsId: aws.String("dopt-" + suffix(id)), InstanceTenancy: types.TenancyDefault,
		IsDefault: aws.Bool(true), Tags: tagsOf(tx, scope, id),
	}
}
