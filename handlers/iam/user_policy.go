package iam

import (
	"context"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// PutUserPolicy adds an inline policy to a user, or replaces the one with its name.
func (a *API) PutUserPolicy(ctx context.Context, in *sdk.PutUserPolicyInput) (*sdk.PutUserPolicyOutput, error) {
	return &sdk.PutUserPolicyOutput{}, users.putInline(ctx, a, in.UserName, in.PolicyName, in.PolicyDocument)
}

// GetUserPolicy answers an inline policy, under the name that was asked for (IAM0016).
func (a *API) GetUserPolicy(ctx context.Context, in *sdk.GetUserPolicyInput) (*sdk.GetUserPolicyOutput, error) {
	name, document, err := users.getInline(ctx, a, in.UserName, in.PolicyName)
	return &sdk.GetUserPolicyOutput{UserName: name, PolicyName: in.PolicyName, PolicyDocument: document}, err
}

// ListUserPolicies answers the names of a user's inline policies.
func (a *API) ListUserPolicies(ctx context.Context, in *sdk.ListUserPoliciesInput) (_ *sdk.ListUserPoliciesOutput, err error) {
	out := &sdk.ListUserPoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = users.listInline(ctx, a, in.UserName, in.Marker, in.MaxItems)
	return out, err
}

// DeleteUserPolicy removes an inline policy.
func (a *API) DeleteUserPolicy(ctx context.Context, in *sdk.DeleteUserPolicyInput) (*sdk.DeleteUserPolicyOutput, error) {
	return &sdk.DeleteUserPolicyOutput{}, users.deleteInline(ctx, a, in.UserName, in.PolicyName)
}

// AttachUserPolicy attaches a managed policy to a user.
func (a *API) AttachUserPolicy(ctx context.Context, in *sdk.AttachUserPolicyInput) (*sdk.AttachUserPolicyOutput, error) {
	return &sdk.AttachUserPolicyOutput{}, users.attach(ctx, a, in.UserName, in.PolicyArn)
}

func (a *API) DetachUserPolicy(ctx context.Context, in *sdk.DetachUserPolicyInput) (*sdk.DetachUserPolicyOutput, error) {
	return &sdk.DetachUserPolicyOutput{}, users.detach(ctx, a, in.UserName, in.PolicyArn)
}

// ListAttachedUserPolicies answers the managed policies of a user by path.
func (a *API) ListAttachedUserPolicies(ctx context.Context, in *sdk.ListAttachedUserPoliciesInput) (_ *sdk.ListAttachedUserPoliciesOutput, err error) {
	out := &sdk.ListAttachedUserPoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = users.listAttached(ctx, a, in.UserName, in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

// PutUserPermissionsBoundary sets the boundary of a user.
func (a *API) PutUserPermissionsBoundary(ctx context.Context, in *sdk.PutUserPermissionsBoundaryInput) (*sdk.PutUserPermissionsBoundaryOutput, error) {
	return &sdk.PutUserPermissionsBoundaryOutput{}, users.putBoundary(ctx, a, in.UserName, in.PermissionsBoundary)
}

// DeleteUserPermissionsBoundary removes it.
func (a *API) DeleteUserPermissionsBoundary(ctx context.Context, in *sdk.DeleteUserPermissionsBoundaryInput) (*sdk.DeleteUserPermissionsBoundaryOutput, error) {
	return &sdk.DeleteUserPermissionsBoundaryOutput{}, users.deleteBoundary(ctx, a, in.UserName)
}
