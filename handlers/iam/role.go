package iam

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateRole makes a role. The answer has neither description nor session duration
// (IAM0001).
func (a *API) CreateRole(ctx context.Context, in *sdk.CreateRoleInput) (*sdk.CreateRoleOutput, error) {
	made, err := a.newRole(ctx, in)
	if err != nil {
		return nil, err
	}
	err = a.update(func(tx *store.Tx) error {
		if err := checkBoundary(tx, made.Account, in.PermissionsBoundary); err != nil {
			return err
		}
		return roles.put(tx, made.Account, made)
	})
	if err != nil {
		return nil, err
	}
	a.Stored.Tell(nil, trustPolicyOf(made.Name), in.AssumeRolePolicyDocument)
	described := describeRole(made)
	described.PermissionsBoundary = boundary(&made.Permissions)
	described.Tags = in.Tags // in the order of the request (IAM0006)
	return &sdk.CreateRoleOutput{Role: &described}, nil
}

// newRole is the role that a request asks for.
func (a *API) newRole(ctx context.Context, in *sdk.CreateRoleInput) (*iam.Role, error) {
	if err := checkTrustPolicy(*in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	tags, err := taggedRole.merge(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	return &iam.Role{
		Account: account(ctx), Name: *in.RoleName, ID: iam.NewID(iam.RoleID), Path: pathOrRoot(in.Path), CreatedAt: a.now(),
		TrustPolicy: *in.AssumeRolePolicyDocument, Description: aws.ToString(in.Description),
		MaxSessionDuration: cmp.Or(aws.ToInt32(in.MaxSessionDuration), iam.DefaultSessionDuration),
		Permissions:        iam.Permissions{PermissionsBoundary: aws.ToString(in.PermissionsBoundary)}, Tags: tags,
	}, nil
}

// maxTrustPolicy is the quota of a trust policy's characters but white space. Source: IAM
// user guide, quotas; the text is from field reports.
const maxTrustPolicy = 2048

func checkTrustPolicy(text string) error {
	if why := iam.CheckTrustPolicy(text); why != "" {
		return malformedPolicy(why)
	}
	if size(text) > maxTrustPolicy {
		return limitExceeded("Cannot exceed quota for ACLSizePerRole: %d", maxTrustPolicy)
	}
	return nil
}

// GetRole answers a role in full.
func (a *API) GetRole(ctx context.Context, in *sdk.GetRoleInput) (*sdk.GetRoleOutput, error) {
	found, err := roles.read(ctx, a, in.RoleName)
	if err != nil {
		return nil, err
	}
	described := fullRole(found)
	return &sdk.GetRoleOutput{Role: &described}, nil
}

// ListRoles answers roles by path, in order of their names.
func (a *API) ListRoles(ctx context.Context, in *sdk.ListRolesInput) (*sdk.ListRolesOutput, error) {
	var found []types.Role
	for _, r := range iam.Roles.List(a.read(), account(ctx)) {
		if under(r.Path, in.PathPrefix) {
			found = append(found, listedRole(r))
		}
	}
	out := &sdk.ListRolesOutput{}
	var err error
	out.Roles, out.IsTruncated, out.Marker, err = pageOf(found, func(r types.Role) string { return *r.RoleName }, in.Marker, in.MaxItems)
	return out, err
}

// UpdateRole changes the description and the session duration that are given; an empty
// description clears it (IAM0001).
func (a *API) UpdateRole(ctx context.Context, in *sdk.UpdateRoleInput) (*sdk.UpdateRoleOutput, error) {
	return &sdk.UpdateRoleOutput{}, roles.change(ctx, a, in.RoleName, func(_ *store.Tx, r *iam.Role) error {
		if in.Description != nil {
			r.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			r.MaxSessionDuration = *in.MaxSessionDuration
		}
		return nil
	})
}

// UpdateRoleDescription is the older way, and answers the role.
func (a *API) UpdateRoleDescription(ctx context.Context, in *sdk.UpdateRoleDescriptionInput) (*sdk.UpdateRoleDescriptionOutput, error) {
	var described types.Role
	err := roles.change(ctx, a, in.RoleName, func(_ *store.Tx, r *iam.Role) error {
		r.Description = *in.Description
		described = describeRole(r)
		described.Description = awsapi.Optional(r.Description)
		return nil
	})
	return &sdk.UpdateRoleDescriptionOutput{Role: &described}, err
}

// UpdateAssumeRolePolicy replaces the trust policy.
func (a *API) UpdateAssumeRolePolicy(ctx context.Context, in *sdk.UpdateAssumeRolePolicyInput) (*sdk.UpdateAssumeRolePolicyOutput, error) {
	err := roles.change(ctx, a, in.RoleName, func(_ *store.Tx, r *iam.Role) error {
		if err := unlinked(r); err != nil {
			return err
		}
		r.TrustPolicy = *in.PolicyDocument
		return checkTrustPolicy(r.TrustPolicy)
	})
	a.Stored.Tell(err, trustPolicyOf(*in.RoleName), in.PolicyDocument)
	return &sdk.UpdateAssumeRolePolicyOutput{}, err
}

// trustPolicyOf is the name of a trust policy for people.
func trustPolicyOf(role string) string { return "the trust policy of the role " + role }

// DeleteRole removes a role that nothing is attached to (IAM0003).
func (a *API) DeleteRole(ctx context.Context, in *sdk.DeleteRoleInput) (*sdk.DeleteRoleOutput, error) {
	return &sdk.DeleteRoleOutput{}, a.update(func(tx *store.Tx) error {
		found, err := roles.find(tx, account(ctx), in.RoleName)
		switch {
		case err != nil:
			return err
		case found.LinkedTo != "":
			return protected(found.Name)
		case len(iam.InstanceProfilesOf(tx, found)) > 0:
			return deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
		}
		iam.RenamePrincipal(tx, found.ARN(), found.ID)
		return roles.remove(tx, found)
	})
}
