package iam_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func createRole(s *scene, name string) {
	s.T.Helper()
	ok(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trust)})
}

// The members of each answer were recorded (IAM0001).
func TestMembersOfRoles(t *testing.T) {
	s := newScene(t)
	made := ok(s, s.CreateRole, &sdk.CreateRoleInput{
		RoleName: aws.String("web"), Path: aws.String("/app/"), AssumeRolePolicyDocument: aws.String(trust),
		Description: aws.String("the web"), MaxSessionDuration: aws.Int32(7200),
	}).Role
	want := &types.Role{
		RoleName: aws.String("web"), Path: aws.String("/app/"), Arn: aws.String("arn:aws:iam::000000000000:role/app/web"),
		RoleId: made.RoleId, CreateDate: aws.Time(s.Now.Truncate(1e9)),
		AssumeRolePolicyDocument: aws.String(strings.ReplaceAll(url.QueryEscape(trust), "+", "%20")),
	}
	if !regexp.MustCompile(`^AROA[A-Z2-7]{17}$`).MatchString(*made.RoleId) {
		t.Errorf("role id %s", *made.RoleId)
	}
	same := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.Role{}, types.RoleLastUsed{}, types.Tag{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	same("CreateRole", made, want)
	want.Description, want.MaxSessionDuration = aws.String("the web"), aws.Int32(7200)
	same("ListRoles", ok(s, s.ListRoles, &sdk.ListRolesInput{}).Roles, []types.Role{*want})
	want.RoleLastUsed = &types.RoleLastUsed{}
	same("GetRole", ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: aws.String("WEB")}).Role, want)

	ok(s, s.UpdateRole, &sdk.UpdateRoleInput{RoleName: aws.String("web"), Description: aws.String("")})
	want.Description = nil
	same("GetRole", ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: aws.String("web")}).Role, want)
}

func TestRoleConstraints(t *testing.T) {
	s := newScene(t)
	refused(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String(strings.Repeat("a", 65)), AssumeRolePolicyDocument: aws.String(trust)},
		"ValidationError", "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64")
	refused(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("a"), Path: aws.String("x/"), MaxSessionDuration: aws.Int32(43201), AssumeRolePolicyDocument: aws.String(trust)},
		"ValidationError", `2 validation errors detected: Value at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F); `+
			`Value at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200`)
	refused(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("a"), AssumeRolePolicyDocument: aws.String(trust), PermissionsBoundary: aws.String("arn:aws:iam::000000000000:policy/none")},
		"NoSuchEntity", "Scope ARN: arn:aws:iam::000000000000:policy/none does not exist or is not attachable.")
	createRole(s, "a")
	refused(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("A"), AssumeRolePolicyDocument: aws.String(trust)},
		"EntityAlreadyExists", "Role with name A already exists.")
}

func TestRoleIsDeletedWhenNothingIsLeftOfIt(t *testing.T) {
	s := newScene(t)
	createRole(s, "web")
	web := aws.String("web")
	remove := func(text string) {
		t.Helper()
		refused(s, s.DeleteRole, &sdk.DeleteRoleInput{RoleName: web}, "DeleteConflict", text)
	}
	ok(s, s.PutRolePolicy, &sdk.PutRolePolicyInput{RoleName: web, PolicyName: aws.String("Read"), PolicyDocument: aws.String(reads)})
	remove("Cannot delete entity, must delete policies first.")
	execution := aws.String("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: web, PolicyArn: execution})
	remove("Cannot delete entity, must detach all policies first.")
	ok(s, s.CreateInstanceProfile, &sdk.CreateInstanceProfileInput{InstanceProfileName: web})
	ok(s, s.AddRoleToInstanceProfile, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: web, RoleName: web})
	remove("Cannot delete entity, must remove roles from instance profile first.")

	ok(s, s.RemoveRoleFromInstanceProfile, &sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: web, RoleName: web})
	ok(s, s.DetachRolePolicy, &sdk.DetachRolePolicyInput{RoleName: web, PolicyArn: execution})
	ok(s, s.DeleteRolePolicy, &sdk.DeleteRolePolicyInput{RoleName: web, PolicyName: aws.String("READ")})
	ok(s, s.DeleteRole, &sdk.DeleteRoleInput{RoleName: web})
	refused(s, s.GetRole, &sdk.GetRoleInput{RoleName: web}, "NoSuchEntity", "The role with name web cannot be found.")
}

func TestPagesOfRoles(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b", "a", "c", "E", "d"} {
		createRole(s, name)
	}
	var names []string
	in := &sdk.ListRolesInput{MaxItems: aws.Int32(2)}
	for {
		out := ok(s, s.ListRoles, in)
		for _, r := range out.Roles {
			names = append(names, *r.RoleName)
		}
		if out.IsTruncated != (out.Marker != nil) {
			t.Fatalf("truncated %t, marker %v", out.IsTruncated, out.Marker)
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
		ok(s, s.DeleteRole, &sdk.DeleteRoleInput{RoleName: out.Roles[1].RoleName}) // the page goes on after it
	}
	if got := strings.Join(names, " "); got != "E a b c d" {
		t.Errorf("pages have %s", got)
	}
	if other := ok(s, s.ListRoles, &sdk.ListRolesInput{PathPrefix: aws.String("/none/")}); other.Roles == nil || len(other.Roles) > 0 {
		t.Errorf("roles under another path: %v", other.Roles)
	}
}

func TestTagKeysOfRolesHaveNoCase(t *testing.T) {
	s := newScene(t)
	createRole(s, "web")
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	web := aws.String("web")
	refused(s, s.TagRole, &sdk.TagRoleInput{RoleName: web, Tags: []types.Tag{tag("a", "1"), tag("A", "2")}},
		"InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	ok(s, s.TagRole, &sdk.TagRoleInput{RoleName: web, Tags: []types.Tag{tag("team", "a"), tag("env", "")}})
	ok(s, s.TagRole, &sdk.TagRoleInput{RoleName: web, Tags: []types.Tag{tag("TEAM", "b")}})
	list := ok(s, s.ListRoleTags, &sdk.ListRoleTagsInput{RoleName: web}).Tags
	if len(list) != 2 || *list[0].Key != "TEAM" || *list[0].Value != "b" || *list[1].Key != "env" {
		t.Errorf("tags %+v", list)
	}
	ok(s, s.UntagRole, &sdk.UntagRoleInput{RoleName: web, TagKeys: []string{"ENV", "none"}})
	if left := ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: web}).Role.Tags; len(left) != 1 {
		t.Errorf("tags %+v", left)
	}
	refused(s, s.UntagRole, &sdk.UntagRoleInput{RoleName: web, TagKeys: []string{"!"}}, "ValidationError",
		`1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, `+
			`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]`)
}

func TestPoliciesOfARole(t *testing.T) {
	s := newScene(t)
	createRole(s, "web")
	web, bucket := aws.String("web"), createPolicy(s, "Bucket")
	ok(s, s.PutRolePolicy, &sdk.PutRolePolicyInput{RoleName: web, PolicyName: aws.String("b"), PolicyDocument: aws.String(reads)})
	ok(s, s.PutRolePolicy, &sdk.PutRolePolicyInput{RoleName: web, PolicyName: aws.String("A"), PolicyDocument: aws.String(reads)})
	ok(s, s.PutRolePolicy, &sdk.PutRolePolicyInput{RoleName: web, PolicyName: aws.String("B"), PolicyDocument: aws.String(reads)}) // replaces b
	if names := ok(s, s.ListRolePolicies, &sdk.ListRolePoliciesInput{RoleName: web}).PolicyNames; len(names) != 2 || names[0] != "A" || names[1] != "b" {
		t.Errorf("inline policies %q", names)
	}
	got := ok(s, s.GetRolePolicy, &sdk.GetRolePolicyInput{RoleName: web, PolicyName: aws.String("B")})
	if text, err := url.PathUnescape(*got.PolicyDocument); err != nil || text != reads || *got.PolicyName != "B" {
		t.Errorf("%s is %s: %v", *got.PolicyName, text, err)
	}

	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: web, PolicyArn: bucket})
	ok(s, s.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: web, PolicyArn: aws.String("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")})
	for prefix, want := range map[string]string{"/": "Bucket AmazonECSTaskExecutionRolePolicy", "/service-role/": "AmazonECSTaskExecutionRolePolicy"} {
		var names []string
		for _, p := range ok(s, s.ListAttachedRolePolicies, &sdk.ListAttachedRolePoliciesInput{RoleName: web, PathPrefix: &prefix}).AttachedPolicies {
			names = append(names, *p.PolicyName)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("under %s: %s, want %s", prefix, got, want)
		}
	}

	ok(s, s.PutRolePermissionsBoundary, &sdk.PutRolePermissionsBoundaryInput{RoleName: web, PermissionsBoundary: bucket})
	ok(s, s.DeleteRolePermissionsBoundary, &sdk.DeleteRolePermissionsBoundaryInput{RoleName: web})
	refused(s, s.DeleteRolePermissionsBoundary, &sdk.DeleteRolePermissionsBoundaryInput{RoleName: web},
		"NoSuchEntity", "The permissions boundary of role web cannot be found.")
}

func TestRoleIsChanged(t *testing.T) {
	s := newScene(t)
	createRole(s, "web")
	web := aws.String("web")
	described := ok(s, s.UpdateRoleDescription, &sdk.UpdateRoleDescriptionInput{RoleName: web, Description: aws.String("new")}).Role
	if *described.Description != "new" || described.MaxSessionDuration != nil {
		t.Errorf("%+v", described)
	}
	other := strings.Replace(trust, "ecs-tasks", "ec2", 1)
	ok(s, s.UpdateAssumeRolePolicy, &sdk.UpdateAssumeRolePolicyInput{RoleName: web, PolicyDocument: &other})
	refused(s, s.UpdateAssumeRolePolicy, &sdk.UpdateAssumeRolePolicyInput{RoleName: web, PolicyDocument: aws.String(reads)},
		"MalformedPolicyDocument", "Has prohibited field Resource")
	role := ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: web}).Role
	if text, err := url.PathUnescape(*role.AssumeRolePolicyDocument); err != nil || text != other || *role.Description != "new" {
		t.Errorf("%s, %s: %v", *role.Description, text, err)
	}
}
