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
		if under(p.Path, in.PathPrefix) && (!in.OnlyAttached || used(usage, p.ARN(), in.PolicyUsageFilter)) {
			found = append(found, describePolicy(p, usage))
		}
	}
	out := &sdk.ListPoliciesOutput{}
	var err error
	out.Policies, out.IsTruncated, out.Marker, err = pageOf(found, func(p types.Policy) string { return *p.PolicyName + " " + *p.Arn }, in.Marker, in.MaxItems)
	return out, err
}

// used reports whether something has a policy in the way that is asked for. The way counts
// only together with OnlyAttached (IAM0009).
func used(usage iam.Usage, arn string, as types.PolicyUsageType) bool {
	count := usage[arn]
	return count.Attached > 0 && as != types.PolicyUsageTypePermissionsBoundary ||
		count.Boundary > 0 && as != types.PolicyUsageTypePermissionsPolicy
}

// ListEntitiesForPolicy answers the groups, roles and users that have a policy, by path and use. In which order AWS
// has them in its pages is not known.
func (a *API) ListEntitiesForPolicy(ctx context.Context, in *sdk.ListEntitiesForPolicyInput) (*sdk.ListEntitiesForPolicyOutput, error) {
	tx := a.read()
	if err := checkExists(tx, account(ctx), *in.PolicyArn); err != nil {
		return nil, err
	}
	var found []item[sdk.ListEntitiesForPolicyOutput]
	add := func(kind types.EntityType, name, path string, of *iam.Permissions, add func(*sdk.ListEntitiesForPolicyOutput)) {
		has := used(iam.UsageOf(of), *in.PolicyArn, in.PolicyUsageFilter)
		if has && (in.EntityFilter == "" || in.EntityFilter == kind) && under(path, in.PathPrefix) {
			found = append(found, item[sdk.ListEntitiesForPolicyOutput]{string(kind) + " " + name, add})
		}
	}
	for _, g := range iam.Groups.List(tx, account(ctx)) {
		add(types.EntityTypeGroup, g.Name, g.Path, &g.Permissions, func(out *sdk.ListEntitiesForPolicyOutput) {
			out.PolicyGroups = append(out.PolicyGroups, types.PolicyGroup{GroupId: &g.ID, GroupName: &g.Name})
		})
	}
	for _, r := range iam.Roles.List(tx, account(ctx)) {
		add(types.EntityTypeRole, r.Name, r.Path, &r.Permissions, func(out *sdk.ListEntitiesForPolicyOutput) {
			out.PolicyRoles = append(out.PolicyRoles, types.PolicyRole{RoleId: &r.ID, RoleName: &r.Name})
		})
	}
	for _, u := range iam.Users.List(tx, account(ctx)) {
		add(types.EntityTypeUser, u.Name, u.Path, &u.Permissions, func(out *sdk.ListEntitiesForPolicyOutput) {
			out.PolicyUsers = append(out.PolicyUsers, types.PolicyUser{UserId: &u.ID, UserName: &u.Name})
		})
	}
	out := &sdk.ListEntitiesForPolicyOutput{}
	var err error
	found, out.IsTruncated, out.Marker, err = pageOf(found, itemKey, in.Marker, in.MaxItems)
	for _, e := range found {
		e.add(out)
	}
	return out, err
}

// item is something that an answer has in the list of its kind.
type item[Output any] struct {
	key string
	add func(*Output)
}

func itemKey[Output any](i item[Output]) string { return i.key }
