package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// Quotas of an account. Source: CloudFormation API reference, DescribeAccountLimits, and the user guide's quotas.
const (
	maxStacks              = 2000
	maxOutputs             = 200
	maxConcurrentResources = 2500
)

// DescribeAccountLimits answers AWS's default quotas.
func (a *API) DescribeAccountLimits(context.Context, *sdk.DescribeAccountLimitsInput) (*sdk.DescribeAccountLimitsOutput, error) {
	limit := func(name string, value int32) types.AccountLimit {
		return types.AccountLimit{Name: &name, Value: aws.Int32(value)}
	}
	return &sdk.DescribeAccountLimitsOutput{AccountLimits: []types.AccountLimit{
		limit("StackLimit", maxStacks), limit("StackOutputsLimit", maxOutputs), limit("ConcurrentResourcesLimit", maxConcurrentResources),
	}}, nil
}
