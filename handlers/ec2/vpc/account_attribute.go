package vpc

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// accountAttributes are the attributes of every account, with the quotas of a new one. Source: EC2 API
// reference, DescribeAccountAttributes.
var accountAttributes = []struct{ name, value string }{
	{"supported-platforms", "VPC"}, {"vpc-max-security-groups-per-interface", "5"}, {"max-elastic-ips", "5"},
	{"max-instances", "20"}, {"vpc-max-elastic-ips", "5"}, {"default-vpc", ec2network.DefaultVPC},
}

// DescribeAccountAttributes answers the attributes that are asked for, or all.
func (a *API) DescribeAccountAttributes(_ context.Context, in *sdk.DescribeAccountAttributesInput) (*sdk.DescribeAccountAttributesOutput, error) {
	out := &sdk.DescribeAccountAttributesOutput{AccountAttributes: []types.AccountAttribute{}}
	for _, attribute := range accountAttributes {
		if len(in.AttributeNames) == 0 || slices.Contains(in.AttributeNames, types.AccountAttributeName(attribute.name)) {
			out.AccountAttributes = append(out.AccountAttributes, types.AccountAttribute{
				AttributeName: aws.String(attribute.name), AttributeValues: []types.AccountAttributeValue{{AttributeValue: aws.String(attribute.value)}},
			})
		}
	}
	return out, nil
}
