package iam

import (
	"context"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func (a *API) PutRolePolicy(ctx context.Context, in *sdk.PutRolePolicyInput) (*sdk.PutRolePolicyOutput, error) {
	return &sdk.PutRolePolicyOutput{}, roles.putInline(ctx, a, in.RoleName, in.PolicyName, in.PolicyDocument)
}

// GetRolePolicy answers an inline policy, under the name that was asked for (IAM0003).
func (a *API) GetRolePolicy(ctx context.Context, in *sdk.GetRolePolicyInput) (*sdk.GetRolePolicyOutput, error) {
	name, document, err := roles.getInline(ctx, a, in.RoleName, in.PolicyName)
	return &sdk.GetRolePolicyOutput{RoleName: name, PolicyName: in.PolicyName, PolicyDocument: document}, err
}

// ListRolePolicies answers the names of a role's inline policies.
func (a *API) ListRolePolicies(ctx context.Context, in *sdk.ListRolePoliciesInput) (_ *sdk.ListRolePoliciesOutput, err error) {
	out := &sdk.ListRolePoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = roles.listInline(ctx, a, in.RoleName, in.Marker, in.MaxItems)
	return out, err
}

// DeleteRolePolicy removes an inline policy.
func (a *API) DeleteRolePolicy(ctx context.Context, in *sdk.DeleteRolePolicyInput) (*sdk.DeleteRolePolicyOutput, error) {
	return &sdk.DeleteRolePolicyOutput{}, roles.deleteInline(ctx, a, in.RoleName, in.PolicyName)
}

// AttachRolePolicy attaches a managed policy to a role.
func (a *API) AttachRolePolicy(ctx context.Context, in *sdk.AttachRolePolicyInput) (*sdk.AttachRolePolicyOutput, error) {
	return &sdk.AttachRolePolicyOutput{}, roles.attach(ctx, a, in.RoleName, in.PolicyArn)
}

func (a *API) DetachRolePolicy(ctx context.Context, in *sdk.DetachRolePolicyInput) (*sdk.DetachRolePolicyOutput, error) {
	return &sdk.DetachRolePolicyOutput{}, roles.detach(ctx, a, in.RoleName, in.PolicyArn)
}

// ListAttachedRolePolicies answers the managed policies of a role by path.
func (a *API) ListAttachedRolePolicies(ctx context.Context, in *sdk.ListAttachedRolePoliciesInput) (_ *sdk.ListAttachedRolePoliciesOutput, err error) {
	out := &sdk.ListAttachedRolePoliciesOutput{}
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = roles.listAttached(ctx, a, in.RoleName, in.PathPrefix, in.Marker, in.MaxItems)
	return out, err
}

// PutRolePermissionsBoundary sets the boundary of a role.
func (a *API) PutRolePermissionsBoundary(ctx context.Context, in *sdk.PutRolePermissionsBoundaryInput) (*sdk.PutRolePermissionsBoundaryOutput, error) {
	return &sdk.PutRolePermissionsBoundaryOutput{}, roles.putBoundary(ctx, a, in.RoleName, in.PermissionsBoundary)
}

// DeleteRolePermissionsBoundary removes it.
func (a *API) DeleteRolePermissionsBoundary(ctx context.Context, in *sdk.DeleteRolePermissionsBoundaryInput) (*sdk.DeleteRolePermissionsBoundaryOutput, error) {
	return &sdk.DeleteRolePermissionsBoundaryOutput{}, roles.deleteBoundary(ctx, a, in.RoleName)
}
