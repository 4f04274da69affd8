package ecr

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr/lifecycle"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
)

// readLifecycle reads a policy, and prints it as AWS does: without blanks (ECR0007.3).
func readLifecycle(text string) (p *lifecycle.Policy, printed string, err error) {
	p, err = lifecycle.Read(text)
	var archived *lifecycle.ArchiveError
	if errors.As(err, &archived) {
		return nil, "", awsapi.NotImplemented("ecr", "lifecycle rules with the "+archived.Error()+", which needs the archive storage class")
	}
	if err != nil {
		return nil, "", invalid("LifecyclePolicyText", "Lifecycle policy validation failure: "+err.Error()+"\n") // (ECR0007.2)
	}
	var out bytes.Buffer
	err = json.Compact(&out, []byte(text))
	return p, out.String(), err
}

// lastEvaluated is 1970 for rules that have not acted yet (ECR0007.4).
func lastEvaluated(r *ecr.Repository) *time.Time {
	if r.EvaluatedAt.IsZero() {
		return aws.Time(time.Unix(0, 0).UTC())
	}
	return &r.EvaluatedAt
}

// PutLifecyclePolicy has rules act on a repository, a day from now for the first time. The same rules again change
// nothing: a script that puts them with each deployment does not put off when they act.
func (a *API) PutLifecyclePolicy(ctx context.Context, in *sdk.PutLifecyclePolicyInput) (*sdk.PutLifecyclePolicyOutput, error) {
	_, printed, err := readLifecycle(*in.LifecyclePolicyText)
	if err != nil {
		return nil, err
	}
	r, err := a.change(ctx, in.RegistryId, in.RepositoryName, func(r *ecr.Repository) error {
		if r.Lifecycle != printed {
			r.Lifecycle, r.LifecycleAt, r.EvaluatedAt = printed, a.time(), time.Time{}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutLifecyclePolicyOutput{LifecyclePolicyText: &r.Lifecycle, RegistryId: &r.Scope.Account, RepositoryName: &r.Name}, nil
}

// GetLifecyclePolicy answers the rules as AWS prints them, and when they acted last.
func (a *API) GetLifecyclePolicy(ctx context.Context, in *sdk.GetLifecyclePolicyInput) (*sdk.GetLifecyclePolicyOutput, error) {
	r, err := a.repository(ctx, a.Store.Read(), in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if r.Lifecycle == "" {
		return nil, lifecycleNotFound(r)
	}
	return &sdk.GetLifecyclePolicyOutput{
		LastEvaluatedAt: lastEvaluated(r), LifecyclePolicyText: &r.Lifecycle, RegistryId: &r.Scope.Account, RepositoryName: &r.Name,
	}, nil
}

// DeleteLifecyclePolicy removes the rules, and answers them.
func (a *API) DeleteLifecyclePolicy(ctx context.Context, in *sdk.DeleteLifecyclePolicyInput) (*sdk.DeleteLifecyclePolicyOutput, error) {
	var before ecr.Repository
	_, err := a.change(ctx, in.RegistryId, in.RepositoryName, func(r *ecr.Repository) error {
		if before = *r; r.Lifecycle == "" {
			return lifecycleNotFound(r)
		}
		r.Lifecycle, r.LifecycleAt, r.EvaluatedAt = "", time.Time{}, time.Time{}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.DeleteLifecyclePolicyOutput{
		LastEvaluatedAt: lastEvaluated(&before), LifecyclePolicyText: &before.Lifecycle, RegistryId: &before.Scope.Account, RepositoryName: &before.Name,
	}, nil
}

// previewed is the policy of a preview: the one that is sent, else the repository's.
func previewed(r *ecr.Repository, sent *string) (*lifecycle.Policy, string, error) {
	text := cmp.Or(aws.ToString(sent), r.Lifecycle)
	if text == "" {
		return nil, "", lifecycleNotFound(r)
	}
	return readLifecycle(text)
}
