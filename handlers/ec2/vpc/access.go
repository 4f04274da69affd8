package vpc

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Access is what the operations ask.
func (a *API) Access() awsapi.Rows {
	const (
		subnet = "subnet/{SubnetId}"
		vpc    = "vpc/{VpcId}"
	)
	return kit.Access(awsapi.Rows{
		"AssociateDhcpOptions":     awsapi.On("dhcp-options/{DhcpOptionsId}", vpc),
		"AssociateVpcCidrBlock":    awsapi.On(vpc),
		"CreateDhcpOptions":        kit.Makes(types.ResourceTypeDhcpOptions),
		"CreateSubnet":             kit.Makes(types.ResourceTypeSubnet, vpc),
		"CreateVpc":                kit.Makes(types.ResourceTypeVpc),
		"DeleteDhcpOptions":        awsapi.On("dhcp-options/{DhcpOptionsId}"),
		"DeleteSubnet":             awsapi.On(subnet),
		"DeleteVpc":                awsapi.On(vpc),
		"DescribeVpcAttribute":     awsapi.On(vpc),
		"DisassociateVpcCidrBlock": kit.Found(a.Base, awsapi.On("vpc/*"), types.ResourceTypeVpc, rangeOwner),
		"ModifySubnetAttribute":    awsapi.On(subnet),
		"ModifyVpcAttribute":       awsapi.On(vpc),
	}, "DescribeAccountAttributes", "DescribeAvailabilityZones", "DescribeDhcpOptions", "DescribeSubnets", "DescribeVpcs")
}

// rangeOwner is the VPC that has an associated range.
func rangeOwner(tx *store.Tx, scope arn.Scope, in *sdk.DisassociateVpcCidrBlockInput) string {
	v, _ := rangeByID(tx, scope, aws.ToString(in.AssociationId))
	if v == nil {
		return ""
	}
	return v.ID
}
