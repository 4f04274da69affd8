package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CancelUpdateStack has an update that is under way be rolled back.
func (a *API) CancelUpdateStack(ctx context.Context, in *sdk.CancelUpdateStackInput) (*sdk.CancelUpdateStackOutput, error) {
	s, err := stackInBrackets(ctx, a.Store.Read(), *in.StackName)
	if err != nil {
		return nil, err
	}
	order := operation.Order{Token: aws.ToString(in.ClientRequestToken), At: a.now()}
	return &sdk.CancelUpdateStackOutput{}, a.onStack(s, tokenIn(ctx, in.ClientRequestToken, in), func(tx *store.Tx, now *cfn.Stack) error {
		changes, err := operation.Cancel(now, order)
		if err != nil {
			return ofOperation(err)
		}
		return changes.Apply(tx, now)
	}, func() {})
}

// RollbackStack takes a stack back whose create or update has failed (CFN-62).
func (a *API) RollbackStack(ctx context.Context, in *sdk.RollbackStackInput) (*sdk.RollbackStackOutput, error) {
	if err := refuseExpress(in.DeploymentConfig); err != nil {
		return nil, err
	}
	s, err := stackInBrackets(ctx, a.Store.Read(), *in.StackName)
	if err != nil {
		return nil, err
	}
	who, err := a.actor(ctx, in.RoleARN, s.RoleARN)
	if err != nil {
		return nil, err
	}
	order := operation.Order{
		Kind: cfn.Rollback, ID: arn.NewUUID(), Token: aws.ToString(in.ClientRequestToken), At: a.now(), RoleARN: who.RoleARN, Principal: who.Principal,
		RetainExceptOnCreate: aws.ToBool(in.RetainExceptOnCreate),
	}
	out := &sdk.RollbackStackOutput{StackId: &s.ID, OperationId: &order.ID}
	return out, a.onStack(s, tokenIn(ctx, in.ClientRequestToken, in), func(tx *store.Tx, now *cfn.Stack) error {
		return a.begin(tx, now, order)
	}, func() { out.OperationId = nil })
}

// ContinueUpdateRollback goes on with a rollback that has failed.
func (a *API) ContinueUpdateRollback(ctx context.Context, in *sdk.ContinueUpdateRollbackInput) (*sdk.ContinueUpdateRollbackOutput, error) {
	s, err := stackInBrackets(ctx, a.Store.Read(), *in.StackName)
	if err != nil {
		return nil, err
	}
	who, err := a.actor(ctx, in.RoleARN, s.RoleARN)
	if err != nil {
		return nil, err
	}
	order := operation.Order{
		Kind: cfn.ContinueRollback, ID: arn.NewUUID(), Token: aws.ToString(in.ClientRequestToken), At: a.now(), RoleARN: who.RoleARN, Principal: who.Principal,
		Skip: in.ResourcesToSkip,
	}
	return &sdk.ContinueUpdateRollbackOutput{}, a.onStack(s, tokenIn(ctx, in.ClientRequestToken, in), func(tx *store.Tx, now *cfn.Stack) error {
		return a.begin(tx, now, order)
	}, func() {})
}

// UpdateTerminationProtection protects a stack from DeleteStack, or no longer (CFN-67).
func (a *API) UpdateTerminationProtection(ctx context.Context, in *sdk.UpdateTerminationProtectionInput) (*sdk.UpdateTerminationProtectionOutput, error) {
	s, err := stackInBrackets(ctx, a.Store.Read(), *in.StackName)
	if err != nil {
		return nil, err
	}
	return &sdk.UpdateTerminationProtectionOutput{StackId: &s.ID}, a.onStack(s, tokenOf{}, func(tx *store.Tx, now *cfn.Stack) error {
		if now.Deleted() || now.Status == cfn.DeleteInProgress { // a guess, by the form of CFN-11
			return cannotUpdate(now)
		}
		changed := *now
		changed.TerminationProtection = *in.EnableTerminationProtection
		cfn.PutStack(tx, &changed)
		return nil
	}, func() {})
}
