package cloudformation

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// UpdateStack begins to change a stack (CFN-6, CFN-11, CFN-14, CFN-36).
func (a *API) UpdateStack(ctx context.Context, in *sdk.UpdateStackInput) (*sdk.UpdateStackOutput, error) {
	policy, err := a.policyOf(ctx, "StackPolicy", in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	during, err := a.policyOf(ctx, "StackPolicyDuringUpdate", in.StackPolicyDuringUpdateBody, in.StackPolicyDuringUpdateURL)
	if err != nil {
		return nil, err
	}
	tx, token := a.Store.Read(), tokenIn(ctx, in.ClientRequestToken, in)
	s, err := stackInBrackets(ctx, tx, *in.StackName)
	if err != nil {
		return nil, err
	}
	if repeated, err := token.repeats(tx, s.ID); err != nil || repeated {
		return &sdk.UpdateStackOutput{StackId: &s.ID}, err
	}
	if !updatable(s) {
		return nil, cannotUpdate(s)
	}
	who, err := a.actor(ctx, in.RoleARN, s.RoleARN)
	if err != nil {
		return nil, err
	}
	asked, err := a.ask(ctx, wanted{
		body: in.TemplateBody, url: in.TemplateURL, previous: aws.ToBool(in.UsePreviousTemplate), parameters: in.Parameters, tags: in.Tags, capabilities: in.Capabilities,
		resourceTypes: in.ResourceTypes, notificationARNs: in.NotificationARNs, rollback: in.RollbackConfiguration, deployment: in.DeploymentConfig,
	}, s, who)
	if err != nil {
		return nil, err
	}
	order := operation.Order{
		Kind: cfn.UpdateStack, ID: arn.NewUUID(), Token: aws.ToString(in.ClientRequestToken), At: a.now(), RoleARN: who.RoleARN, Principal: who.Principal,
		Template: asked.template, Settings: asked.settings, OnFailure: onFailure(rollbackDisabled(in.DisableRollback, in.DeploymentConfig)), RetainExceptOnCreate: aws.ToBool(in.RetainExceptOnCreate),
		PolicyDuringUpdate: during,
	}
	out := &sdk.UpdateStackOutput{StackId: &s.ID, OperationId: &order.ID}
	err = a.onStack(s, token, func(tx *store.Tx, now *cfn.Stack) error {
		if !unchanged(s, now) {
			return errChanged
		}
		if err := a.begin(tx, now, order); err != nil || policy == "" {
			return err
		}
		setPolicy(tx, cfn.StackAt(tx, s.ID), policy) // for updates that follow: a guess
		return nil
	}, func() { out.OperationId = nil })
	if errors.Is(err, errChanged) {
		return a.UpdateStack(ctx, in)
	}
	return out, err
}

// updatable is whether a stack can be updated, which operation.Begin asks again. This says it before the template is looked at.
// Source: CloudFormation user guide, update a stack.
func updatable(s *cfn.Stack) bool {
	return operation.Updatable(s.Status)
}

// cannotUpdate is the refusal of a stack by its status (CFN-11, CFN-62).
func cannotUpdate(s *cfn.Stack) error {
	return invalid("Stack:%s is in %s state and can not be updated.", s.ID, s.Status)
}

// onStack writes to a stack as it is by then, unless the request was made before.
func (a *API) onStack(s *cfn.Stack, token tokenOf, write func(tx *store.Tx, now *cfn.Stack) error, again func()) error {
	return a.Store.Update(func(tx *store.Tx) error {
		now := cfn.StackAt(tx, s.ID)
		if now == nil {
			return invalid("Stack [%s] does not exist", s.Name)
		}
		if repeated, err := token.repeats(tx, s.ID); err != nil || repeated {
			again()
			return err
		}
		token.remember(tx, s.ID, a.now())
		return write(tx, now)
	})
}
