package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func createPolicy(s *scene, name string) *string {
	s.T.Helper()
	return ok(s, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(reads)}).Policy.Arn
}

func TestVersionsOfPolicies(t *testing.T) {
	s := newScene(t)
	p := createPolicy(s, "Read")
	version := func(standard bool) *types.PolicyVersion {
		t.Helper()
		return ok(s, s.CreatePolicyVersion, &sdk.CreatePolicyVersionInput{PolicyArn: p, PolicyDocument: aws.String(reads), SetAsDefault: standard}).PolicyVersion
	}
	if v2 := version(true); *v2.VersionId != "v2" || !v2.IsDefaultVersion || v2.Document != nil {
		t.Errorf("second version %+v", v2)
	}
	for range 3 {
		version(false)
	}
	refused(s, s.CreatePolicyVersion, &sdk.CreatePolicyVersionInput{PolicyArn: p, PolicyDocument: aws.String(reads)}, "LimitExceeded",
		"A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	refused(s, s.DeletePolicyVersion, &sdk.DeletePolicyVersionInput{PolicyArn: p, VersionId: aws.String("v2")}, "DeleteConflict", "Cannot delete the default version of a policy.")
	ok(s, s.DeletePolicyVersion, &sdk.DeletePolicyVersionInput{PolicyArn: p, VersionId: aws.String("v5")})
	if v6 := version(false); *v6.VersionId != "v6" {
		t.Errorf("a number is used again: %s", *v6.VersionId)
	}
	var ids []string
	for _, v := range ok(s, s.ListPolicyVersions, &sdk.ListPolicyVersionsInput{PolicyArn: p}).Versions {
		ids = append(ids, *v.VersionId)
	}
	if got := strings.Join(ids, " "); got != "v6 v4 v3 v2 v1" {
		t.Errorf("versions %s", got)
	}
	refused(s, s.DeletePolicy, &sdk.DeletePolicyInput{PolicyArn: p}, "DeleteConflict",
		"This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	ok(s, s.SetDefaultPolicyVersion, &sdk.SetDefaultPolicyVersionInput{PolicyArn: p, VersionId: aws.String("v6")})
	if now := *ok(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: p}).Policy.DefaultVersionId; now != "v6" {
		t.Errorf("default version %s", now)
	}
	none := aws.String("arn:aws:iam::000000000000:policy/none")
	refused(s, s.SetDefaultPolicyVersion, &sdk.SetDefaultPolicyVersionInput{PolicyArn: none, VersionId: aws.String("v1")}, "NoSuchEntity",
		"Policy arn:aws:iam::000000000000:policy/none version v1 does not exist or is not attachable.")
	refused(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: none}, "NoSuchEntity", "Policy arn:aws:iam::000000000000:policy/none was not found.")
	refused(s, s.GetPolicyVersion, &sdk.GetPolicyVersionInput{PolicyArn: p, VersionId: aws.String("latest")}, "ValidationError",
		`1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`)
}

// What was recorded of policies that are attached, a boundary, both and neither (IAM0009).
func TestUseOfPolicies(t *testing.T) {
	s := newScene(t)
	unused, attached, bound, both := createPolicy(s, "unused"), createPolicy(s, "attached"), createPolicy(s, "boundary"), createPolicy(s, "both")
	createRole(s, "a")
	createRole(s, "b")
	a, b := aws.String("a"), aws.String("b")
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: a, PolicyArn: attached})
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: a, PolicyArn: attached}) // again, without effect
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: a, PolicyArn: both})
	ok(s, s.PutRolePermissionsBoundary, &sdk.PutRolePermissionsBoundaryInput{RoleName: a, PermissionsBoundary: bound})
	ok(s, s.PutRolePermissionsBoundary, &sdk.PutRolePermissionsBoundaryInput{RoleName: b, PermissionsBoundary: both})

	const permissions, boundary = types.PolicyUsageTypePermissionsPolicy, types.PolicyUsageTypePermissionsBoundary
	for _, c := range []struct {
		onlyAttached bool
		usage        types.PolicyUsageType
		want         string
	}{
		{false, "", "attached both boundary unused"},
		{false, boundary, "attached both boundary unused"},
		{true, "", "attached both boundary"},
		{true, permissions, "attached both"},
		{true, boundary, "both boundary"},
	} {
		var names []string
		for _, p := range ok(s, s.ListPolicies, &sdk.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, OnlyAttached: c.onlyAttached, PolicyUsageFilter: c.usage}).Policies {
			names = append(names, *p.PolicyName)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	for arn, want := range map[*string][2]int32{unused: {0, 0}, attached: {1, 0}, bound: {0, 1}, both: {1, 1}} {
		p := ok(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: arn}).Policy
		if *p.AttachmentCount != want[0] || *p.PermissionsBoundaryUsageCount != want[1] || p.Tags == nil {
			t.Errorf("%s is counted %d, %d", *arn, *p.AttachmentCount, *p.PermissionsBoundaryUsageCount)
		}
	}
	roles := func(usage types.PolicyUsageType, entity types.EntityType) (names string) {
		t.Helper()
		for _, r := range ok(s, s.ListEntitiesForPolicy, &sdk.ListEntitiesForPolicyInput{PolicyArn: both, PolicyUsageFilter: usage, EntityFilter: entity}).PolicyRoles {
			names += *r.RoleName
		}
		return names
	}
	if got := roles("", "") + " " + roles(permissions, "") + " " + roles(boundary, "Role") + " " + roles("", "LocalManagedPolicy"); got != "ab a b " {
		t.Errorf("roles with the policy: %s", got)
	}
	for _, arn := range []*string{attached, bound} {
		refused(s, s.DeletePolicy, &sdk.DeletePolicyInput{PolicyArn: arn}, "DeleteConflict", "Cannot delete a policy attached to entities.")
	}
}

func TestAWSsOwnPolicies(t *testing.T) {
	s := newScene(t)
	createRole(s, "a")
	known, unknown := aws.String("arn:aws:iam::aws:policy/AmazonECS_FullAccess"), aws.String("arn:aws:iam::aws:policy/AWSBackupFullAccess")
	if p := ok(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: known}).Policy; *p.DefaultVersionId != "v21" {
		t.Errorf("%+v", p)
	}
	ok(s, s.GetPolicyVersion, &sdk.GetPolicyVersionInput{PolicyArn: known, VersionId: aws.String("v21")})
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: aws.String("a"), PolicyArn: unknown})
	refused(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: unknown}, "NotImplementedException",
		"ecs-emulator does not know what arn:aws:iam::aws:policy/AWSBackupFullAccess says; it can only be attached. See https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/iam.md.")
	if has := ok(s, s.ListEntitiesForPolicy, &sdk.ListEntitiesForPolicyInput{PolicyArn: unknown}).PolicyRoles; len(has) != 1 || *has[0].RoleName != "a" {
		t.Errorf("%s is had by %+v", *unknown, has)
	}
	const none = "arn:aws:iam::aws:policy/NoSuchPolicyAtAll"
	refused(s, s.ListEntitiesForPolicy, &sdk.ListEntitiesForPolicyInput{PolicyArn: aws.String(none)}, "NoSuchEntity", "Policy "+none+" was not found.")
	refused(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: aws.String(none)}, "NoSuchEntity", "Policy "+none+" was not found.")
	for _, arn := range []string{none, "arn:aws:iam::aws:policy/service-role/AmazonECS_FullAccess", "arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy"} {
		refused(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: aws.String("a"), PolicyArn: &arn},
			"NoSuchEntity", "Policy "+arn+" does not exist or is not attachable.")
	}
	refused(s, s.PutRolePermissionsBoundary, &sdk.PutRolePermissionsBoundaryInput{RoleName: aws.String("a"), PermissionsBoundary: aws.String(none)},
		"NoSuchEntity", "Scope ARN: "+none+" does not exist or is not attachable.")
	for _, arn := range []string{ // what definitions and roles of ECS users name
		"service-role/AmazonECSInfrastructureRolePolicyForVolumes", "AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPullOnly",
		"CloudWatchAgentServerPolicy", "AWSXRayDaemonWriteAccess", "AmazonElasticFileSystemClientReadWriteAccess", "AmazonSSMFullAccess",
	} {
		p := ok(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: aws.String("arn:aws:iam::aws:policy/" + arn)}).Policy
		ok(s, s.GetPolicyVersion, &sdk.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: p.DefaultVersionId})
	}
	refused(s, s.TagPolicy, &sdk.TagPolicyInput{PolicyArn: known, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}},
		"AccessDenied", "Policy arn:aws:iam::aws:policy/AmazonECS_FullAccess belongs to AWS.")
	refused(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: aws.String("a"), PolicyArn: aws.String("longpolicynamebutnoarn")},
		"ValidationError", "Invalid ARN:  Could not be parsed!")
}

func TestTagKeysOfPoliciesHaveCase(t *testing.T) {
	s := newScene(t)
	p := createPolicy(s, "Read")
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	ok(s, s.TagPolicy, &sdk.TagPolicyInput{PolicyArn: p, Tags: []types.Tag{tag("a", "lower"), tag("A", "upper")}})
	ok(s, s.UntagPolicy, &sdk.UntagPolicyInput{PolicyArn: p, TagKeys: []string{"a"}})
	if tags := ok(s, s.ListPolicyTags, &sdk.ListPolicyTagsInput{PolicyArn: p}).Tags; len(tags) != 1 || *tags[0].Value != "upper" {
		t.Errorf("tags %+v", tags)
	}
	ok(s, s.DeletePolicy, &sdk.DeletePolicyInput{PolicyArn: p})
	refused(s, s.ListPolicyTags, &sdk.ListPolicyTagsInput{PolicyArn: p}, "NoSuchEntity", "Policy "+*p+" was not found.")
}

// The longest names, paths and keys of tags would make markers that no request may have.
func TestPagesOfLongKeys(t *testing.T) {
	s := newScene(t)
	path := "/" + strings.Repeat("p", 500) + "/"
	for _, name := range []string{"ReadB", "Read", strings.Repeat("l", 120) + "2", strings.Repeat("l", 120) + "1"} {
		ok(s, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: &name, Path: &path, PolicyDocument: aws.String(reads)})
	}
	var names []string
	for in := (&sdk.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, MaxItems: aws.Int32(1)}); ; {
		out := ok(s, s.ListPolicies, in)
		names = append(names, *out.Policies[0].PolicyName)
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if got := strings.ReplaceAll(strings.Join(names, " "), strings.Repeat("l", 120), "l"); got != "Read ReadB l1 l2" {
		t.Errorf("policies %s", got)
	}
}

func TestPagesGoOnWhenAnItemIsGone(t *testing.T) {
	s := newScene(t)
	p := createPolicy(s, "Read")
	var tags []types.Tag
	for _, end := range []string{"1", "2", "3"} {
		tags = append(tags, types.Tag{Key: aws.String(strings.Repeat("漢", 127) + end), Value: aws.String(end)})
	}
	ok(s, s.TagPolicy, &sdk.TagPolicyInput{PolicyArn: p, Tags: tags})
	first := ok(s, s.ListPolicyTags, &sdk.ListPolicyTagsInput{PolicyArn: p, MaxItems: aws.Int32(1)})
	rest := ok(s, s.ListPolicyTags, &sdk.ListPolicyTagsInput{PolicyArn: p, Marker: first.Marker})
	if len(rest.Tags) != 2 || *rest.Tags[0].Value != "2" {
		t.Errorf("after the first tag come %d", len(rest.Tags))
	}
	ok(s, s.UntagPolicy, &sdk.UntagPolicyInput{PolicyArn: p, TagKeys: []string{*tags[0].Key}})
	if rest = ok(s, s.ListPolicyTags, &sdk.ListPolicyTagsInput{PolicyArn: p, Marker: first.Marker}); len(rest.Tags) != 2 {
		t.Errorf("when the first tag is gone, %d come", len(rest.Tags))
	}
}

// A filter that AWS does not know would else answer another question.
func TestFiltersOfPolicies(t *testing.T) {
	s := newScene(t)
	refused(s, s.ListPolicies, &sdk.ListPoliciesInput{Scope: "local", PolicyUsageFilter: "x"}, "ValidationError",
		"2 validation errors detected: Value at 'scope' failed to satisfy constraint: Member must satisfy enum value set: [All, AWS, Local]; "+
			"Value at 'policyUsageFilter' failed to satisfy constraint: Member must satisfy enum value set: [PermissionsPolicy, PermissionsBoundary]")
	refused(s, s.ListEntitiesForPolicy, &sdk.ListEntitiesForPolicyInput{PolicyArn: createPolicy(s, "Read"), EntityFilter: "role"}, "ValidationError",
		"1 validation error detected: Value at 'entityFilter' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [LocalManagedPolicy, User, AWSManagedPolicy, Role, Group]")
}

func TestARNsOfPolicies(t *testing.T) {
	s := newScene(t)
	ok(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("web"), AssumeRolePolicyDocument: aws.String(trust)})
	for _, arn := range []string{"arn:aws:iam::aws:policy/", "arn:aws:iam::aws:policy/a b", "arn:aws:iam::aws:policy/<b>", "arn:aws:iam::aws:policy//a", "arn:aws:iam::aws:policies/a"} {
		refused(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: aws.String("web"), PolicyArn: &arn}, "ValidationError", "ARN "+arn+" is not valid.")
	}
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: aws.String("web"), PolicyArn: aws.String("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")})
}
