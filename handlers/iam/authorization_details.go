package iam

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// details are what the pages have, in this order, also if the filter has another one (IAM0017).
var details = []struct {
	kind types.EntityType
	list func(tx *store.Tx, a iam.Account) []detail
}{
	{types.EntityTypeUser, userDetails},
	{types.EntityTypeRole, roleDetails},
	{types.EntityTypeGroup, groupDetails},
	{types.EntityTypeLocalManagedPolicy, policyDetails(func(tx *store.Tx, a iam.Account) []*iam.Policy { return iam.Policies.List(tx, a) })},
	{types.EntityTypeAWSManagedPolicy, policyDetails(awsPoliciesInUse)},
}

// detail is an entity with a name, which an answer gets into its list: it is described only for the page that has it.
type detail = item[sdk.GetAccountAuthorizationDetailsOutput]

// GetAccountAuthorizationDetails answers users, roles, groups and policies with all that they have. A marker is good with
// the filter of its answer, in any order and with doublets (IAM0017).
func (a *API) GetAccountAuthorizationDetails(ctx context.Context, in *sdk.GetAccountAuthorizationDetailsInput) (*sdk.GetAccountAuthorizationDetailsOutput, error) {
	tx := a.read()
	var found []detail
	var filter []string
	for i, of := range details {
		if len(in.Filter) > 0 && !slices.Contains(in.Filter, of.kind) {
			continue
		}
		filter = append(filter, strconv.Itoa(i))
		for _, d := range of.list(tx, account(ctx)) {
			found = append(found, detail{strconv.Itoa(i) + d.key, d.add})
		}
	}
	part, next, err := page.Cut(found, itemKey, page.Request{
		Token: in.Marker, Size: in.MaxItems, Most: defaultPage, Refusal: validationError("Marker and Filter do not match"),
		Form: page.Form{Head: strings.Join(filter, "") + ".", Encoding: base64.RawURLEncoding, Longest: longestKey},
	})
	out := &sdk.GetAccountAuthorizationDetailsOutput{IsTruncated: next != nil, Marker: next}
	for _, d := range part {
		d.add(out)
	}
	return out, err
}

func policyList(p *iam.Permissions) []types.PolicyDetail {
	return convert(p.Inline, func(p iam.Inline) types.PolicyDetail {
		return types.PolicyDetail{PolicyName: &p.Name, PolicyDocument: escaped(p.Document)}
	})
}

func userDetails(tx *store.Tx, a iam.Account) []detail {
	return convert(iam.Users.List(tx, a), func(u *iam.User) detail {
		return detail{u.Name, func(out *sdk.GetAccountAuthorizationDetailsOutput) {
			d := types.UserDetail{
				Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: aws.String(u.ARN()), CreateDate: &u.CreatedAt,
				GroupList:               convert(iam.GroupsOf(tx, u), func(g *iam.Group) string { return g.Name }),
				AttachedManagedPolicies: attached(&u.Permissions, nil), PermissionsBoundary: boundary(&u.Permissions),
				Tags: append([]types.Tag{}, u.Tags...),
			}
			if len(u.Inline) > 0 { // of users alone an empty list is left out (IAM0017)
				d.UserPolicyList = policyList(&u.Permissions)
			}
			out.UserDetailList = append(out.UserDetailList, d)
		}}
	})
}

func groupDetails(tx *store.Tx, a iam.Account) []detail {
	return convert(iam.Groups.List(tx, a), func(g *iam.Group) detail {
		return detail{g.Name, func(out *sdk.GetAccountAuthorizationDetailsOutput) {
			d := types.GroupDetail{
				Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: aws.String(g.ARN()), CreateDate: &g.CreatedAt,
				GroupPolicyList: policyList(&g.Permissions), AttachedManagedPolicies: attached(&g.Permissions, nil),
			}
			out.GroupDetailList = append(out.GroupDetailList, d)
		}}
	})
}

func roleDetails(tx *store.Tx, a iam.Account) []detail {
	return convert(iam.Roles.List(tx, a), func(r *iam.Role) detail {
		return detail{r.Name, func(out *sdk.GetAccountAuthorizationDetailsOutput) {
			d := types.RoleDetail{
				Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: aws.String(r.ARN()), CreateDate: &r.CreatedAt,
				AssumeRolePolicyDocument: escaped(r.TrustPolicy), RolePolicyList: policyList(&r.Permissions),
				InstanceProfileList: convert(iam.InstanceProfilesOf(tx, r), func(p *iam.InstanceProfile) types.InstanceProfile {
					return describeInstanceProfile(tx, p)
				}),
				AttachedManagedPolicies: attached(&r.Permissions, nil), PermissionsBoundary: boundary(&r.Permissions),
				Tags: append([]types.Tag{}, r.Tags...), RoleLastUsed: &types.RoleLastUsed{},
			}
			out.RoleDetailList = append(out.RoleDetailList, d)
		}}
	})
}

// awsPoliciesInUse are AWS's own policies that are known and that something in the account has.
func awsPoliciesInUse(tx *store.Tx, a iam.Account) []*iam.Policy {
	usage := iam.PolicyUsage(tx, a)
	return slices.DeleteFunc(slices.Clone(iam.AWSPolicies(a.Partition)), func(p *iam.Policy) bool {
		_, used := usage[p.ARN()]
		return !used
	})
}

// policyDetails are policies without description and tags, and with all of their versions, the newest first (IAM0017).
func policyDetails(list func(tx *store.Tx, a iam.Account) []*iam.Policy) func(tx *store.Tx, a iam.Account) []detail {
	return func(tx *store.Tx, a iam.Account) []detail {
		usage := sync.OnceValue(func() iam.Usage { return iam.PolicyUsage(tx, a) })
		return convert(list(tx, a), func(p *iam.Policy) detail {
			return detail{strings.ToLower(p.Name), func(out *sdk.GetAccountAuthorizationDetailsOutput) {
				out.Policies = append(out.Policies, managedPolicyDetail(p, usage()))
			}}
		})
	}
}

func managedPolicyDetail(p *iam.Policy, usage iam.Usage) types.ManagedPolicyDetail {
	of := describePolicy(p, usage)
	d := types.ManagedPolicyDetail{
		Arn: of.Arn, PolicyName: of.PolicyName, PolicyId: of.PolicyId, Path: of.Path, DefaultVersionId: of.DefaultVersionId,
		AttachmentCount: of.AttachmentCount, PermissionsBoundaryUsageCount: of.PermissionsBoundaryUsageCount,
		IsAttachable: of.IsAttachable, CreateDate: of.CreateDate, UpdateDate: of.UpdateDate,
	}
	for _, v := range slices.Backward(p.Versions) {
		version := describeVersion(p, v)
		version.Document = escaped(v.Document)
		d.PolicyVersionList = append(d.PolicyVersionList, version)
	}
	return d
}
