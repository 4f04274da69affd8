package iam

import (
	"context"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// PutGroupPolicy adds an inline policy to a group, or replaces the one with its name.
func (a *API) PutGroupPolicy(ctx context.Context, in *sdk.PutGroupPolicyInput) (*sdk.PutGroupPolicyOutput, error) {
	return &sdk.PutGroupPolicyOutput{}, groups.putInline(ctx, a, in.GroupName, in.PolicyName, in.PolicyDocument)
}

// GetGroupPolicy answers an inline policy, under the name that was asked for (IAM0016).
func (a *API) GetGroupPolicy(ctx context.Context, in *sdk.GetGroupPolicyInput) (*sdk.GetGroupPolicyOutput, error) {
	name, document, err := groups.getInline(ctx, a, in.GroupName, in.PolicyName)
	return &sdk.GetGroupPolicyOutput{GroupName: name, PolicyName: in.PolicyName, PolicyDocument: document}, err
}

// ListGroupPolicies answers the names of a group's inline policies.
func (a *API) ListGroupPolicies(ctx context.Context, in *sdk.ListGroupPoliciesInput) (_ *sdk.ListGroupPoliciesOutput, err error) {
	out := &sdk.ListGroupPoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = groups.listInline(ctx, a, in.GroupName, in.Marker, in.MaxItems)
	return out, err
}

// DeleteGroupPolicy removes an inline policy.
func (a *API) DeleteGroupPolicy(ctx context.Context, in *sdk.DeleteGroupPolicyInput) (*sdk.DeleteGroupPolicyOutput, error) {
	return &sdk.DeleteGroupPolicyOutput{}, groups.deleteInline(ctx, a, in.GroupName, in.PolicyName)
}

// AttachGroupPolicy attaches a managed policy to a group.
func (a *API) AttachGroupPolicy(ctx context.Context, in *sdk.AttachGroupPolicyInput) (*sdk.AttachGroupPolicyOutput, error) {
	return &sdk.AttachGroupPolicyOutput{}, groups.attach(ctx, a, in.GroupName, in.PolicyArn)
}

func (a *API) DetachGroupPolicy(ctx context.Context, in *sdk.DetachGroupPolicyInput) (*sdk.DetachGroupPolicyOutput, error) {
	return &sdk.DetachGroupPolicyOutput{}, groups.detach(ctx, a, in.GroupName, in.PolicyArn)
}

// ListAttachedGroupPolicies answers the managed policies of a group by path.
func (a *API) ListAttachedGroupPolicies(ctx context.Context, in *sdk.ListAttachedGroupPoliciesInput) (_ *sdk.ListAttachedGroupPoliciesOutput, err error) {
	out := &sdk.ListAttachedGroupPoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = groups.listAttached(ctx, a, in.GroupName, in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}
