package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxAttached is the quota of managed policies of a role. Source: IAM user guide, quotas;
// the text is from field reports.
const maxAttached = 10

// otherPartition is AWS's text about a policy of another partition (IAM0012).
const otherPartition = "Invalid ARN partition"

// AttachRolePolicy attaches a managed policy to a role, again without effect (IAM0003).
func (a *API) AttachRolePolicy(ctx context.Context, in *sdk.AttachRolePolicyInput) (*sdk.AttachRolePolicyOutput, error) {
	if err := checkAttachment(in.PolicyArn); err != nil {
		return nil, err
	}
	return &sdk.AttachRolePolicyOutput{}, a.changeRole(ctx, in.RoleName, func(tx *store.Tx, r *iam.Role) error {
		arn := *in.PolicyArn
		switch {
		case r.LinkedTo != "":
			return protected(r.Name)
		case iam.AccountOfARN(arn).Partition != r.Account.Partition:
			return validationError(otherPartition)
		case !attachable(tx, r.Account, arn):
			return noSuchEntity("Policy %s does not exist or is not attachable.", arn)
		case strings.Contains(arn, ":policy/aws-service-role/"): // source of the text: field reports
			return &types.PolicyNotAttachableException{Message: aws.String("Cannot attach a Service Role Policy to a Customer Role.")}
		case slices.Contains(r.Attached, arn):
			return nil
		case len(r.Attached) == maxAttached:
			return limitExceeded("Cannot exceed quota for PoliciesPerRole: %d", maxAttached)
		}
		r.Attached = append(slices.Clone(r.Attached), arn)
		return nil
	})
}

func (a *API) DetachRolePolicy(ctx context.Context, in *sdk.DetachRolePolicyInput) (*sdk.DetachRolePolicyOutput, error) {
	if err := checkAttachment(in.PolicyArn); err != nil {
		return nil, err
	}
	return &sdk.DetachRolePolicyOutput{}, a.changeRole(ctx, in.RoleName, func(_ *store.Tx, r *iam.Role) error {
		i := slices.Index(r.Attached, *in.PolicyArn)
		switch {
		case r.LinkedTo != "":
			return protected(r.Name)
		case i < 0:
			return noSuchEntity("Policy %s was not found.", *in.PolicyArn)
		}
		r.Attached = slices.Delete(slices.Clone(r.Attached), i, i+1)
		return nil
	})
}

func checkAttachment(arn *string) error {
	if !isPolicyARN(*arn) {
		return validationError("ARN %s is not valid.", *arn)
	}
	return nil
}

// ListAttachedRolePolicies answers the managed policies of a role by path, in order of
// their ARNs.
func (a *API) ListAttachedRolePolicies(ctx context.Context, in *sdk.ListAttachedRolePoliciesInput) (*sdk.ListAttachedRolePoliciesOutput, error) {
	r, err := role(a.read(), account(ctx), in.RoleName)
	if err != nil {
		return nil, err
	}
	var found []types.AttachedPolicy
	for _, arn := range r.Attached {
		_, path, _ := strings.Cut(arn, ":policy")
		name := path[strings.LastIndexByte(path, '/')+1:]
		if under(strings.TrimSuffix(path, name), in.PathPrefix) {
			found = append(found, types.AttachedPolicy{PolicyArn: &arn, PolicyName: &name})
		}
	}
	out := &sdk.ListAttachedRolePoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = pageOf(found, func(p types.AttachedPolicy) string { return *p.PolicyArn }, in.Marker, in.MaxItems)
	return out, err
}
