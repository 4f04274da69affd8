package iam

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// maxVersions is how many versions a policy has at most. Source: IAM user guide, quotas.
const maxVersions = 5

// CreatePolicyVersion adds a document to a policy. Numbers are not used again (IAM0004).
func (a *API) CreatePolicyVersion(ctx context.Context, in *sdk.CreatePolicyVersionInput) (*sdk.CreatePolicyVersionOutput, error) {
	if err := checkPolicyDocument(*in.PolicyDocument, account(ctx).Partition); err != nil {
		return nil, err
	}
	made := iam.PolicyVersion{Document: *in.PolicyDocument, CreatedAt: a.now()}
	var described types.PolicyVersion
	err := a.changePolicy(ctx, in.PolicyArn, func(p *iam.Policy) error {
		if len(p.Versions) == maxVersions {
			return limitExceeded("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
		}
		p.Made++
		made.ID = "v" + strconv.Itoa(p.Made)
		p.Versions = append(slices.Clone(p.Versions), made)
		p.UpdatedAt = made.CreatedAt
		if in.SetAsDefault {
			p.Default = made.ID
		}
		described = describeVersion(p, made)
		return nil
	})
	a.Stored.Tell(err, *in.PolicyArn+" "+made.ID, in.PolicyDocument)
	return &sdk.CreatePolicyVersionOutput{PolicyVersion: &described}, err
}

// GetPolicyVersion answers a version with its document.
func (a *API) GetPolicyVersion(ctx context.Context, in *sdk.GetPolicyVersionInput) (*sdk.GetPolicyVersionOutput, error) {
	_, p, err := a.readPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, noVersionOfNone(err, in.PolicyArn, in.VersionId)
	}
	i := p.Version(*in.VersionId)
	if i < 0 {
		return nil, noSuchVersion(*in.PolicyArn, *in.VersionId)
	}
	described := describeVersion(p, p.Versions[i])
	described.Document = escaped(p.Versions[i].Document)
	return &sdk.GetPolicyVersionOutput{PolicyVersion: &described}, nil
}

func noSuchVersion(arn, id string) error {
	return noSuchEntity("Policy %s version %s does not exist or is not attachable.", arn, id)
}

// noVersionOfNone words the refusal of a policy that does not exist as AWS does where a
// version of it is asked for (IAM0004).
func noVersionOfNone(err error, arn, id *string) error {
	if _, missing := err.(*types.NoSuchEntityException); missing { //nolint:errorlint // nothing wraps it
		return noSuchVersion(*arn, *id)
	}
	return err
}

// ListPolicyVersions answers the versions without their documents, the newest first.
func (a *API) ListPolicyVersions(ctx context.Context, in *sdk.ListPolicyVersionsInput) (*sdk.ListPolicyVersionsOutput, error) {
	_, p, err := a.readPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	versions := convert(p.Versions, func(v iam.PolicyVersion) types.PolicyVersion { return describeVersion(p, v) })
	out := &sdk.ListPolicyVersionsOutput{}
	out.Versions, out.IsTruncated, out.Marker, err = pageOf(versions, newestFirst, in.Marker, in.MaxItems)
	return out, err
}

// newestFirst is a key that puts later versions before earlier ones.
func newestFirst(v types.PolicyVersion) string {
	number, _ := strconv.Atoi((*v.VersionId)[1:])
	return fmt.Sprintf("%06d", 999_999-number)
}

func (a *API) SetDefaultPolicyVersion(ctx context.Context, in *sdk.SetDefaultPolicyVersionInput) (*sdk.SetDefaultPolicyVersionOutput, error) {
	err := a.changePolicy(ctx, in.PolicyArn, func(p *iam.Policy) error {
		if p.Version(*in.VersionId) < 0 {
			return noSuchVersion(*in.PolicyArn, *in.VersionId)
		}
		p.Default = *in.VersionId
		return nil
	})
	return &sdk.SetDefaultPolicyVersionOutput{}, noVersionOfNone(err, in.PolicyArn, in.VersionId)
}

// DeletePolicyVersion removes a version that is not the default one.
func (a *API) DeletePolicyVersion(ctx context.Context, in *sdk.DeletePolicyVersionInput) (*sdk.DeletePolicyVersionOutput, error) {
	err := a.changePolicy(ctx, in.PolicyArn, func(p *iam.Policy) error {
		i := p.Version(*in.VersionId)
		switch {
		case i < 0:
			return noSuchVersion(*in.PolicyArn, *in.VersionId)
		case p.Default == *in.VersionId:
			return deleteConflict("Cannot delete the default version of a policy.")
		}
		p.Versions = slices.Delete(slices.Clone(p.Versions), i, i+1)
		return nil
	})
	return &sdk.DeletePolicyVersionOutput{}, noVersionOfNone(err, in.PolicyArn, in.VersionId)
}
