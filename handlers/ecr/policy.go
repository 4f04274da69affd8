package ecr

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
)

// SetRepositoryPolicy keeps a policy in AWS's printed form (ECR0006.2). One by which the caller could set no other policy has to
// be forced. Source: ECR API reference, SetRepositoryPolicy.
func (a *API) SetRepositoryPolicy(ctx context.Context, in *sdk.SetRepositoryPolicyInput) (*sdk.SetRepositoryPolicyOutput, error) {
	if ecr.CheckPolicy(*in.PolicyText) != nil {
		return nil, invalid("PolicyText", "Invalid repository policy provided")
	}
	r, err := a.change(ctx, in.RegistryId, in.RepositoryName, func(r *ecr.Repository) error {
		r.Policy = policytext.Print(*in.PolicyText, "Action")
		if !in.Force && r.Decide(awsapi.FromContext(ctx).PolicyPrincipal(), "ecr:SetRepositoryPolicy", a.Now()).Explicit {
			return invalid("PolicyText", "must let the caller set another policy, or have force") // the words are the emulator's
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.Stored.Tell(nil, r.ARN(), in.PolicyText)
	return &sdk.SetRepositoryPolicyOutput{PolicyText: &r.Policy, RegistryId: &r.Scope.Account, RepositoryName: &r.Name}, nil
}

// GetRepositoryPolicy answers the policy as it is kept.
func (a *API) GetRepositoryPolicy(ctx context.Context, in *sdk.GetRepositoryPolicyInput) (*sdk.GetRepositoryPolicyOutput, error) {
	r, err := a.repository(ctx, a.Store.Read(), in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if r.Policy == "" {
		return nil, policyNotFound(r)
	}
	return &sdk.GetRepositoryPolicyOutput{PolicyText: &r.Policy, RegistryId: &r.Scope.Account, RepositoryName: &r.Name}, nil
}

// DeleteRepositoryPolicy removes the policy, and answers it.
func (a *API) DeleteRepositoryPolicy(ctx context.Context, in *sdk.DeleteRepositoryPolicyInput) (*sdk.DeleteRepositoryPolicyOutput, error) {
	var text string
	r, err := a.change(ctx, in.RegistryId, in.RepositoryName, func(r *ecr.Repository) error {
		if r.Policy == "" {
			return policyNotFound(r)
		}
		text, r.Policy = r.Policy, ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.DeleteRepositoryPolicyOutput{PolicyText: aws.String(text), RegistryId: &r.Scope.Account, RepositoryName: &r.Name}, nil
}
