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

// CreateStack begins to make a stack (CFN0001; CFN-6, CFN-14 to CFN-21).
func (a *API) CreateStack(ctx context.Context, in *sdk.CreateStackInput) (*sdk.CreateStackOutput, error) {
	onFailure, err := creationFailure(in)
	if err != nil {
		return nil, err
	}
	policy, err := a.policyOf(ctx, "StackPolicy", in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	if err := checkNewName(*in.StackName); err != nil {
		return nil, err
	}
	token := tokenIn(ctx, in.ClientRequestToken, in)
	s, repeated, err := a.newStack(ctx, a.Store.Read(), *in.StackName, token)
	if err != nil || repeated {
		return &sdk.CreateStackOutput{StackId: &s.ID}, err
	}
	who, err := a.actor(ctx, in.RoleARN, s.RoleARN)
	if err != nil {
		return nil, err
	}
	asked, err := a.ask(ctx, wanted{
		body: in.TemplateBody, url: in.TemplateURL, parameters: in.Parameters, tags: in.Tags, capabilities: in.Capabilities,
		resourceTypes: in.ResourceTypes, notificationARNs: in.NotificationARNs, rollback: in.RollbackConfiguration, deployment: in.DeploymentConfig,
	}, s, who)
	if err != nil {
		return nil, err
	}
	order := operation.Order{
		Kind: cfn.CreateStack, ID: arn.NewUUID(), Token: aws.ToString(in.ClientRequestToken), At: a.now(), RoleARN: who.RoleARN, Principal: who.Principal,
		Template: asked.template, Settings: asked.settings, OnFailure: onFailure, NamedOnFailure: cfn.OnFailure(in.OnFailure), TimeoutInMinutes: aws.ToInt32(in.TimeoutInMinutes),
		RetainExceptOnCreate: aws.ToBool(in.RetainExceptOnCreate),
	}
	out := &sdk.CreateStackOutput{StackId: &s.ID, OperationId: &order.ID}
	return out, a.Store.Update(func(tx *store.Tx) error {
		now, repeated, err := a.newStack(ctx, tx, s.Name, token)
		switch {
		case err != nil:
			return err
		case repeated:
			out.StackId, out.OperationId = &now.ID, nil
			return nil
		case now.ID != s.ID && (now.Status == cfn.ReviewInProgress || s.Status == cfn.ReviewInProgress): // the template has the id of another one
			return invalid("Stack [%s] has changed in between", s.Name)
		}
		made := *s
		made.TerminationProtection, made.Policy = aws.ToBool(in.EnableTerminationProtection), policy
		if made.Status == cfn.ReviewInProgress {
			cfn.PutStack(tx, &made)
		}
		token.remember(tx, made.ID, order.At)
		return a.begin(tx, &made, order)
	})
}

// newStack is the row of a stack that is to be made: a new one, or the one that is in review (CFN-16). It tells one that the same
// request has made before.
func (a *API) newStack(ctx context.Context, tx *store.Tx, name string, token tokenOf) (s *cfn.Stack, repeated bool, err error) {
	scope := awsapi.CallScope(ctx)
	there := cfn.FindStack(tx, scope, name)
	if there != nil {
		if repeated, err = token.repeats(tx, there.ID); err != nil || repeated {
			return there, repeated, err
		}
	}
	switch {
	case there != nil && there.Status == cfn.ReviewInProgress:
		return there, false, nil
	case there != nil:
		return there, false, &types.AlreadyExistsException{Message: awsapi.Textf("Stack [%s] already exists", name)}
	}
	if err := roomForStack(tx, scope); err != nil {
		return &cfn.Stack{}, false, err
	}
	at := a.now()
	return &cfn.Stack{Scope: scope, ID: newStackID(scope, name, at), Name: name, CreatedAt: at}, false, nil
}

// roomForStack keeps an account within its quota. The text is known by public reports.
func roomForStack(tx *store.Tx, s arn.Scope) error {
	n := 0
	for _, each := range cfn.Stacks(tx, s) {
		if !each.Deleted() {
			n++
		}
	}
	if n >= maxStacks {
		return &types.LimitExceededException{Message: aws.String("Limit for stack has been exceeded")}
	}
	return nil
}

// creationFailure is what follows a create that fails.
func creationFailure(in *sdk.CreateStackInput) (cfn.OnFailure, error) {
	disabled := rollbackDisabled(in.DisableRollback, in.DeploymentConfig)
	switch {
	case in.OnFailure != "" && disabled != nil: // that DeploymentConfig's counts is a guess
		return "", invalid("Either DisableRollback or OnFailure can be specified, not both.")
	case in.OnFailure != "":
		return cfn.OnFailure(in.OnFailure), nil
	default:
		return onFailure(disabled), nil
	}
}

// rollbackDisabled is what a request says of rollbacks: in its DeploymentConfig, else by itself.
func rollbackDisabled(own *bool, d *types.DeploymentConfig) *bool {
	if d != nil && d.DisableRollback != nil {
		return d.DisableRollback
	}
	return own
}

func onFailure(disableRollback *bool) cfn.OnFailure {
	if aws.ToBool(disableRollback) {
		return cfn.OnFailureDoNothing
	}
	return cfn.OnFailureRollback
}
