package ec2

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

func vpcAttributes(v types.Vpc) attributes {
	isDefault := strconv.FormatBool(*v.IsDefault)
	return attributes{
		"vpc-id": *v.VpcId, "owner-id": *v.OwnerId, "state": string(v.State), "dhcp-options-id": *v.DhcpOptionsId,
		"cidr": *v.CidrBlock, "cidr-block": *v.CidrBlock, "cidrBlock": *v.CidrBlock,
		"cidr-block-association.cidr-block": *v.CidrBlock,
		"is-default":                        isDefault, "isDefault": isDefault,
	}
}

// DescribeVpcs answers the VPC: there is one in each account and region.
func (a *API) DescribeVpcs(ctx context.Context, in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	row, cidr := tx.VPC(scope), tx.NetworkCIDR().String()
	rows := []types.Vpc{{
		VpcId: &row.ID, OwnerId: &scope.Account, State: types.VpcStateAvailable, CidrBlock: &cidr,
		CidrBlockAssociationSet: []types.VpcCidrBlockAssociation{{
			AssociationId: aws.String("vpc-cidr-assoc-" + suffix(row.ID)), CidrBlock: &cidr,
			CidrBlockState: &types.VpcCidrBlockState{State: types.VpcCidrBlockStateCodeAssociated},
		}},
		DhcpOptionsId: aws.String("dopt-" + suffix(row.ID)), InstanceTenancy: types.TenancyDefault,
		IsDefault: aws.Bool(true), Tags: []types.Tag{},
	}}
	found, err := describe(rows, in.Filters, in.VpcIds, "vpc-id", vpcAttributes, func(id string) error {
		return &awsapi.Error{Code: "InvalidVpcID.NotFound", Message: "The vpc ID '" + id + "' does not exist"}
	})
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeVpcsOutput{Vpcs: found}, nil
}

// suffix is the hex digits of an id, for ids that go with it.
func suffix(id string) string { return id[strings.IndexByte(id, '-')+1:] }
