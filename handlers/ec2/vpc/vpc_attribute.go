package vpc

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeVpcAttribute answers an attribute of a VPC. Source: VPC user guide, DNS
// attributes. The texts of refusals are the emulator's choice.
func (a *API) DescribeVpcAttribute(ctx context.Context, in *sdk.DescribeVpcAttributeInput) (*sdk.DescribeVpcAttributeOutput, error) {
	v, err := kit.NamedVPC(a.Store.Read(), kit.Scope(ctx), in.VpcId)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeVpcAttributeOutput{VpcId: in.VpcId}
	switch in.Attribute {
	case types.VpcAttributeNameEnableDnsSupport:
		out.EnableDnsSupport = &types.AttributeBooleanValue{Value: &v.DNSSupport}
	case types.VpcAttributeNameEnableDnsHostnames:
		out.EnableDnsHostnames = &types.AttributeBooleanValue{Value: &v.DNSHostnames}
	case types.VpcAttributeNameEnableNetworkAddressUsageMetrics:
		out.EnableNetworkAddressUsageMetrics = &types.AttributeBooleanValue{Value: &v.UsageMetrics}
	case "":
		return nil, kit.MissingParameter("attribute")
	default:
		return nil, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute", in.Attribute)
	}
	return out, nil
}

// ModifyVpcAttribute changes one attribute of a VPC. Source: EC2 API reference,
// ModifyVpcAttribute; the texts of refusals are the emulator's choice.
func (a *API) ModifyVpcAttribute(ctx context.Context, in *sdk.ModifyVpcAttributeInput) (*sdk.ModifyVpcAttributeOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		return changeVPC(tx, kit.Scope(ctx), in.VpcId, func(v *ec2network.VPC) error {
			return setOne([]setting{
				{&v.DNSSupport, in.EnableDnsSupport}, {&v.DNSHostnames, in.EnableDnsHostnames},
				{&v.UsageMetrics, in.EnableNetworkAddressUsageMetrics},
			})
		})
	})
	return &sdk.ModifyVpcAttributeOutput{}, err
}

// setting is a flag of a row, and what a request says of it: nil is nothing.
type setting struct {
	flag *bool
	said *types.AttributeBooleanValue
}

// setOne sets the only flag that a request is about.
func setOne(settings []setting) error {
	n := 0
	for _, s := range settings {
		if s.said != nil && s.said.Value != nil {
			*s.flag = aws.ToBool(s.said.Value)
			n++
		}
	}
	switch {
	case n == 0:
		return kit.Refuse("MissingParameter", "The request must contain an attribute to modify")
	case n > 1:
		return kit.Refuse("InvalidParameterCombination", "Fields for multiple attribute types specified")
	}
	return nil
}
