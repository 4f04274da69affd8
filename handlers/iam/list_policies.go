package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// ListPolicies answers the account's policies and those of AWS's own that are known, by
// scope, path and use, in order of their names.
func (a *API) ListPolicies(ctx context.Context, in *sdk.ListPoliciesInput) (*sdk.ListPoliciesOutput, error) {
	tx, caller := a.read(), account(ctx)
	var candidates []*iam.Policy
	if in.Scope != types.PolicyScopeTypeAws {
		candidates = iam.Policies.List(tx, caller)
	}
	if in.Scope != types.PolicyScopeTypeLocal {
		candidates = append(candidates, iam.AWSPolicies(caller.Partition)...)
	}
	usage := iam.PolicyUsage(tx, caller)
	var found []types.Policy
	for _, p := range candidates {
		if under(p.Path, in.PathPrefix) && (!in.OnlyAttached || used(usage, p, in.PolicyUsageFilter)) {
			found = append(found, describePolicy(p, usage))
		}
	}
	out := &sdk.ListPoliciesOutput{}
	var err error
	out.Policies, out.IsTruncated, out.Marker, err = pageOf(found, func(p types.Policy) string { return *p.PolicyName + " " + *p.Arn }, in.Marker, in.MaxItems)
	return out, err
}

// used reports whether a role has a policy in the way that is asked for. The way counts
// only together with OnlyAttached (IAM0009).
func used(usage iam.Usage, p *iam.Policy, as types.PolicyUsageType) bool {
	count := usage[p.ARN()]
	return count.Attached > 0 && as != types.PolicyUsageTypePermissionsBoundary ||
		count.Boundary > 0 && as != types.PolicyUsageTypePermissionsPolicy
}

// ListEntitiesForPolicy answers the roles that have a policy, by path and use. There are
// no users and groups.
func (a *API) ListEntitiesForPolicy(ctx context.Context, in *sdk.ListEntitiesForPolicyInput) (*sdk.ListEntitiesForPolicyOutput, error) {
	tx, p, err := a.readPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var found []types.PolicyRole
	if in.EntityFilter == "" || in.EntityFilter == types.EntityTypeRole {
		for _, r := range iam.Roles.List(tx, account(ctx)) {
			if under(r.Path, in.PathPrefix) && used(iam.UsageOf(&r.Permissions), p, in.PolicyUsageFilter) {
				found = append(found, types.PolicyRole{RoleId: &r.ID, RoleName: &r.Name})
			}
		}
	}
	out := &sdk.ListEntitiesForPolicyOutput{PolicyGroups: []types.PolicyGroup{}, PolicyUsers: []types.PolicyUser{}}
	out.PolicyRoles, out.IsTruncated, out.Marker, err = pageOf(found, func(r types.PolicyRole) string { return *r.RoleName }, in.Marker, in.MaxItems)
	return out, err
}
