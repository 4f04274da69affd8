package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// DescribeVpcAttribute answers an attribute of the default VPC, which has DNS and host
// names. Source: VPC user guide, DNS attributes. The texts of refusals are the
// emulator's choice.
func (a *API) DescribeVpcAttribute(_ context.Context, in *ec2.DescribeVpcAttributeInput) (*ec2.DescribeVpcAttributeOutput, error) {
	switch id := aws.ToString(in.VpcId); id {
	case "":
		return nil, &awsapi.Error{Code: "MissingParameter", Message: "The request must contain the parameter vpcId"}
	case state.DefaultVPC:
	default:
		return nil, missing("vpc-")(id)
	}
	on, off := &types.AttributeBooleanValue{Value: aws.Bool(true)}, &types.AttributeBooleanValue{Value: aws.Bool(false)}
	out := &ec2.DescribeVpcAttributeOutput{VpcId: in.VpcId}
	switch in.Attribute {
	case types.VpcAttributeNameEnableDnsSupport:
		out.EnableDnsSupport = on
	case types.VpcAttributeNameEnableDnsHostnames:
		out.EnableDnsHostnames = on
	case types.VpcAttributeNameEnableNetworkAddressUsageMetrics:
		out.EnableNetworkAddressUsageMetrics = off
	case "":
		return nil, &awsapi.Error{Code: "MissingParameter", Message: "The request must contain the parameter attribute"}
	default:
		return nil, &awsapi.Error{
			Code: "InvalidParameterValue", Message: "Value (" + string(in.Attribute) + ") for parameter attribute is invalid. Unknown attribute",
		}
	}
	return out, nil
}
