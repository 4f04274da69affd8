package secretsmanager

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutResourcePolicy stores a policy, which counts where access is decided.
func (a *API) PutResourcePolicy(ctx context.Context, in *sdk.PutResourcePolicyInput) (*sdk.PutResourcePolicyOutput, error) {
	public, err := checkPolicy(*in.ResourcePolicy)
	if err != nil {
		return nil, err
	}
	if public && aws.ToBool(in.BlockPublicPolicy) {
		return nil, &types.PublicPolicyException{Message: aws.String(grantsPublic)}
	}
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error {
		s.Policy = *in.ResourcePolicy
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.stored.Tell(nil, *arnOf(s), in.ResourcePolicy)
	return &sdk.PutResourcePolicyOutput{ARN: arnOf(s), Name: &s.Name}, nil
}

// GetResourcePolicy answers the policy as AWS prints it, if there is one (SEC0006).
func (a *API) GetResourcePolicy(ctx context.Context, in *sdk.GetResourcePolicyInput) (*sdk.GetResourcePolicyOutput, error) {
	s, err := live(ctx, a.read(), in.SecretId)
	if err != nil {
		return nil, err
	}
	return &sdk.GetResourcePolicyOutput{ARN: arnOf(s), Name: &s.Name, ResourcePolicy: awsapi.Optional(policytext.Print(s.Policy))}, nil
}

// DeleteResourcePolicy removes the policy, if there is one.
func (a *API) DeleteResourcePolicy(ctx context.Context, in *sdk.DeleteResourcePolicyInput) (*sdk.DeleteResourcePolicyOutput, error) {
	s, err := a.change(ctx, in.SecretId, func(_ *store.Tx, s *secretsmanager.Secret) error {
		s.Policy = ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.DeleteResourcePolicyOutput{ARN: arnOf(s), Name: &s.Name}, nil
}

// ValidateResourcePolicy tells whether a policy lets everybody in. AWS looks closer.
func (a *API) ValidateResourcePolicy(ctx context.Context, in *sdk.ValidateResourcePolicyInput) (*sdk.ValidateResourcePolicyOutput, error) {
	if in.SecretId != nil {
		if _, err := live(ctx, a.read(), in.SecretId); err != nil {
			return nil, err
		}
	}
	public, err := checkPolicy(*in.ResourcePolicy)
	if err != nil {
		return nil, err
	}
	out := &sdk.ValidateResourcePolicyOutput{PolicyValidationPassed: !public, ValidationErrors: []types.ValidationErrorsEntry{}}
	if public {
		out.ValidationErrors = append(out.ValidationErrors, types.ValidationErrorsEntry{
			CheckName: aws.String("BlockPublicPolicyCheck"), ErrorMessage: aws.String(grantsPublic),
		})
	}
	return out, nil
}

// grantsPublic was recorded (SEC0006).
const grantsPublic = "You can not attach a resource policy that grants Public access to your secret."

// checkPolicy refuses what is no policy, and tells whether one lets everybody in: by a
// statement that allows, for all principals, without a condition.
func checkPolicy(text string) (public bool, err error) {
	document, err := policy.Read(text)
	if err != nil || policy.Compile(text).Err() != nil {
		return false, &types.MalformedPolicyDocumentException{Message: aws.String("This resource policy contains invalid Json")} // SEC0008
	}
	return slices.ContainsFunc(document.Statements, func(s policy.Statement) bool {
		return strings.EqualFold(s.Effect, "Allow") && len(s.Conditions) == 0 && !s.NotPrincipal && slices.Contains(s.Principals["AWS"], "*")
	}), nil
}
