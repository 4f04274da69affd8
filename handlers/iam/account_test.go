package iam_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	ouriam "github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// The names and the quotas, and what counts as in use, were recorded (IAM0017).
func TestAccountSummary(t *testing.T) {
	s := newScene(t)
	summary := func() map[string]int32 {
		t.Helper()
		return ok(s, s.GetAccountSummary, &sdk.GetAccountSummaryInput{}).SummaryMap
	}
	before := summary()
	if len(before) != 34 || before["UsersQuota"] != 5000 || before["UserPolicySizeQuota"] != 2048 || before["AttachedPoliciesPerRoleQuota"] != 10 ||
		before["AccessKeysPerUserQuota"] != 2 || before["GlobalEndpointTokenVersion"] != 1 {
		t.Errorf("%d members: %v", len(before), before)
	}
	createRole(s, "role")
	ok(s, s.CreateInstanceProfile, &sdk.CreateInstanceProfileInput{InstanceProfileName: aws.String("profile")})
	user, group, role := createUser(s, "user"), createGroup(s, "group"), aws.String("role")
	used := createPolicy(s, "used")
	createPolicy(s, "unused")
	ok(s, s.CreatePolicyVersion, &sdk.CreatePolicyVersionInput{PolicyArn: used, PolicyDocument: aws.String(reads)})
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: used})
	ok(s, s.AttachGroupPolicy, &sdk.AttachGroupPolicyInput{GroupName: group, PolicyArn: used})
	ok(s, s.PutRolePermissionsBoundary, &sdk.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: aws.String(execution)})
	changed := map[string]int32{}
	for name, n := range summary() {
		if n != before[name] {
			changed[name] = n - before[name]
		}
	}
	want := map[string]int32{"Users": 1, "Groups": 1, "Roles": 1, "Policies": 2, "InstanceProfiles": 1, "PolicyVersionsInUse": 2}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// detailed makes one of each kind, with all that an entity has.
func detailed(t *testing.T) (*scene, *string) {
	s := newScene(t)
	createRole(s, "role")
	user, group, role := createUser(s, "user"), createGroup(s, "group"), aws.String("role")
	bucket := createPolicy(s, "Bucket")
	ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{UserName: user, GroupName: group})
	ok(s, s.TagUser, &sdk.TagUserInput{UserName: user, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}})
	ok(s, s.PutUserPolicy, &sdk.PutUserPolicyInput{UserName: user, PolicyName: aws.String("u"), PolicyDocument: aws.String(reads)})
	ok(s, s.PutGroupPolicy, &sdk.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("g"), PolicyDocument: aws.String(reads)})
	ok(s, s.PutRolePolicy, &sdk.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("r"), PolicyDocument: aws.String(reads)})
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: bucket})
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String(execution)})
	ok(s, s.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: user, PermissionsBoundary: bucket})
	ok(s, s.CreateInstanceProfile, &sdk.CreateInstanceProfileInput{InstanceProfileName: role})
	ok(s, s.AddRoleToInstanceProfile, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: role, RoleName: role})
	ok(s, s.CreatePolicyVersion, &sdk.CreatePolicyVersionInput{PolicyArn: bucket, PolicyDocument: aws.String(reads), SetAsDefault: true})
	return s, bucket
}

func TestAuthorizationDetails(t *testing.T) {
	s, bucket := detailed(t)
	out := ok(s, s.GetAccountAuthorizationDetails, &sdk.GetAccountAuthorizationDetailsInput{})
	if len(out.UserDetailList) != 1 || len(out.GroupDetailList) != 1 || len(out.RoleDetailList) != 1 || len(out.Policies) != 2 || out.IsTruncated {
		t.Fatalf("%+v", out)
	}
	inline := func(list []types.PolicyDetail, name string) {
		t.Helper()
		if len(list) != 1 || *list[0].PolicyName != name {
			t.Errorf("inline policies %+v, want %s", list, name)
		} else if text, err := url.PathUnescape(*list[0].PolicyDocument); err != nil || text != reads {
			t.Errorf("%s is %s: %v", name, text, err)
		}
	}
	u, g, r := out.UserDetailList[0], out.GroupDetailList[0], out.RoleDetailList[0]
	inline(u.UserPolicyList, "u")
	inline(g.GroupPolicyList, "g")
	inline(r.RolePolicyList, "r")
	if !slices.Equal(u.GroupList, []string{"group"}) || len(u.Tags) != 1 || *u.PermissionsBoundary.PermissionsBoundaryArn != *bucket ||
		len(u.AttachedManagedPolicies) != 1 || *u.AttachedManagedPolicies[0].PolicyName != "Bucket" {
		t.Errorf("user %+v", u)
	}
	if g.AttachedManagedPolicies == nil || len(g.AttachedManagedPolicies) > 0 {
		t.Errorf("group %+v", g)
	}
	if r.Tags == nil || r.RoleLastUsed == nil || len(r.InstanceProfileList) != 1 || *r.InstanceProfileList[0].Roles[0].RoleName != "role" || r.InstanceProfileList[0].Tags != nil {
		t.Errorf("role %+v", r)
	}
	versions := out.Policies[0].PolicyVersionList
	if own := out.Policies[0]; *own.Arn != *bucket || own.Description != nil || *own.AttachmentCount != 1 || *own.PermissionsBoundaryUsageCount != 1 ||
		len(versions) != 2 || *versions[0].VersionId != "v2" || !versions[0].IsDefaultVersion || versions[1].Document == nil {
		t.Errorf("policy %+v", own)
	}
	if *out.Policies[1].Arn != execution {
		t.Errorf("AWS's policy %s", *out.Policies[1].Arn)
	}

	bare := createUser(s, "bare")
	for _, u := range ok(s, s.GetAccountAuthorizationDetails, &sdk.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeUser}}).UserDetailList {
		if *u.UserName == *bare && (u.UserPolicyList != nil || u.GroupList == nil || u.Tags == nil) {
			t.Errorf("user %+v", u)
		}
	}
}

// The pages go from kind to kind, and a marker belongs to a filter (IAM0017).
func TestPagesOfAuthorizationDetails(t *testing.T) {
	s, _ := detailed(t)
	var seen []string
	in := &sdk.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1)}
	for more := true; more; more = in.Marker != nil {
		out := ok(s, s.GetAccountAuthorizationDetails, in)
		for kind, n := range map[string]int{"user": len(out.UserDetailList), "role": len(out.RoleDetailList), "group": len(out.GroupDetailList), "policy": len(out.Policies)} {
			if n > 0 {
				seen = append(seen, fmt.Sprint(n, kind))
			}
		}
		in.Marker = out.Marker
	}
	if got := strings.Join(seen, " "); got != "1user 1role 1group 1policy 1policy" {
		t.Errorf("pages have %s", got)
	}
	two := []types.EntityType{types.EntityTypeGroup, types.EntityTypeUser}
	marker := ok(s, s.GetAccountAuthorizationDetails, &sdk.GetAccountAuthorizationDetailsInput{Filter: two, MaxItems: aws.Int32(1)}).Marker
	again := []types.EntityType{types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeUser}
	if rest := ok(s, s.GetAccountAuthorizationDetails, &sdk.GetAccountAuthorizationDetailsInput{Filter: again, Marker: marker}); len(rest.GroupDetailList) != 1 || len(rest.UserDetailList) > 0 {
		t.Errorf("the rest is %+v", rest)
	}
	for _, other := range []*sdk.GetAccountAuthorizationDetailsInput{{Marker: marker}, {Filter: two[:1], Marker: marker}, {Filter: two, Marker: aws.String("not-an-aws-marker")}} {
		refused(s, s.GetAccountAuthorizationDetails, other, "ValidationError", "Marker and Filter do not match")
	}
	refused(s, s.GetAccountAuthorizationDetails, &sdk.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{"user"}}, "ValidationError",
		"1 validation error detected: Value at 'filter' failed to satisfy constraint: Member must satisfy constraint: "+
			"[Member must satisfy enum value set: [LocalManagedPolicy, User, AWSManagedPolicy, Role, Group]]")
}

// A page costs what it has, and a little for each thing that it skips.
func TestAPageOfAuthorizationDetailsDescribesNoMore(t *testing.T) {
	s := newScene(t)
	fill := func(n int) {
		if err := s.Store.Update(func(tx *store.Tx) error {
			for i := range n {
				ouriam.Users.Put(tx, &ouriam.User{
					Account: ouriam.Account{Partition: "aws", ID: "000000000000"}, Name: fmt.Sprint("user", i), ID: fmt.Sprint("AIDA", i), Path: "/",
					Permissions: ouriam.Permissions{Inline: []ouriam.Inline{{Name: "a", Document: reads}, {Name: "b", Document: reads}}},
				})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	page := func() float64 {
		return testing.AllocsPerRun(3, func() {
			ok(s, s.GetAccountAuthorizationDetails, &sdk.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1)})
		})
	}
	const users = 1000
	fill(1)
	one := page()
	fill(users)
	if each := (page() - one) / users; each > 5 {
		t.Errorf("a user who is not on the page costs %.1f allocations", each)
	}
}
