package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DeleteStack begins to delete a stack, or has one that is being created stop (CFN-63 to CFN-67).
func (a *API) DeleteStack(ctx context.Context, in *sdk.DeleteStackInput) (*sdk.DeleteStackOutput, error) {
	if err := checkStackName(*in.StackName); err != nil {
		return nil, err
	}
	if err := refuseExpress(in.DeploymentConfig); err != nil {
		return nil, err
	}
	out := &sdk.DeleteStackOutput{}
	s := cfn.FindStack(a.Store.Read(), awsapi.CallScope(ctx), *in.StackName)
	if s == nil || s.Deleted() {
		return out, nil
	}
	who, err := a.actor(ctx, in.RoleARN, s.RoleARN)
	if err != nil {
		return nil, err
	}
	order := operation.Order{
		Kind: cfn.DeleteStack, ID: arn.NewUUID(), Token: aws.ToString(in.ClientRequestToken), At: a.now(), RoleARN: who.RoleARN, Principal: who.Principal,
		Retain: in.RetainResources, Force: in.DeletionMode == types.DeletionModeForceDeleteStack,
	}
	return out, a.onStack(s, tokenIn(ctx, in.ClientRequestToken, in), func(tx *store.Tx, now *cfn.Stack) error {
		if now.Deleted() {
			return nil
		}
		return a.begin(tx, now, order)
	}, func() {})
}
