package iam

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxInlinePolicies is the quota of all inline policies of a role together, in characters
// but white space. Source: IAM user guide, quotas; the text is from field reports.
const maxInlinePolicies = 10240

// PutRolePolicy adds an inline policy to a role, or replaces the one with its name.
func (a *API) PutRolePolicy(ctx context.Context, in *sdk.PutRolePolicyInput) (*sdk.PutRolePolicyOutput, error) {
	return &sdk.PutRolePolicyOutput{}, a.changeRole(ctx, in.RoleName, func(_ *store.Tx, r *iam.Role) error {
		if r.LinkedTo != "" {
			return protected(r.Name)
		}
		if why := iam.CheckPolicy(*in.PolicyDocument, r.Account.Partition); why != "" {
			return malformedPolicy(why)
		}
		put := iam.Inline{Name: *in.PolicyName, Document: *in.PolicyDocument}
		r.Inline = slices.Clone(r.Inline)
		if i, found := r.FindInline(put.Name); found {
			put.Name = r.Inline[i].Name
			r.Inline[i] = put
		} else {
			r.Inline = slices.Insert(r.Inline, i, put)
		}
		total := 0
		for _, p := range r.Inline {
			total += size(p.Document)
		}
		if total > maxInlinePolicies {
			return limitExceeded("Maximum policy size of %d bytes exceeded for role %s", maxInlinePolicies, r.Name)
		}
		return nil
	})
}

// GetRolePolicy answers an inline policy, under the name that was asked for (IAM0003).
func (a *API) GetRolePolicy(ctx context.Context, in *sdk.GetRolePolicyInput) (*sdk.GetRolePolicyOutput, error) {
	found, err := role(a.read(), account(ctx), in.RoleName)
	if err != nil {
		return nil, err
	}
	i, ok := found.FindInline(*in.PolicyName)
	if !ok {
		return nil, noSuchRolePolicy(*in.PolicyName)
	}
	return &sdk.GetRolePolicyOutput{RoleName: &found.Name, PolicyName: in.PolicyName, PolicyDocument: escaped(found.Inline[i].Document)}, nil
}

func noSuchRolePolicy(name string) error {
	return noSuchEntity("The role policy with name %s cannot be found.", name)
}

// ListRolePolicies answers the names of a role's inline policies.
func (a *API) ListRolePolicies(ctx context.Context, in *sdk.ListRolePoliciesInput) (*sdk.ListRolePoliciesOutput, error) {
	found, err := role(a.read(), account(ctx), in.RoleName)
	if err != nil {
		return nil, err
	}
	names := convert(found.Inline, func(p iam.Inline) string { return p.Name })
	out := &sdk.ListRolePoliciesOutput{}
	out.PolicyNames, out.IsTruncated, out.Marker, err = pageOf(names, func(name string) string { return name }, in.Marker, in.MaxItems)
	return out, err
}

// DeleteRolePolicy removes an inline policy.
func (a *API) DeleteRolePolicy(ctx context.Context, in *sdk.DeleteRolePolicyInput) (*sdk.DeleteRolePolicyOutput, error) {
	return &sdk.DeleteRolePolicyOutput{}, a.changeRole(ctx, in.RoleName, func(_ *store.Tx, r *iam.Role) error {
		i, found := r.FindInline(*in.PolicyName)
		if !found {
			return noSuchRolePolicy(*in.PolicyName)
		}
		r.Inline = slices.Delete(slices.Clone(r.Inline), i, i+1)
		return nil
	})
}
