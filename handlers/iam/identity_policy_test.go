package iam_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const execution = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

func TestPoliciesOfAUser(t *testing.T) {
	s := newScene(t)
	dev, bucket := createUser(s, "dev"), createPolicy(s, "Bucket")
	put := &sdk.PutUserPolicyInput{UserName: dev, PolicyName: aws.String("Mixed"), PolicyDocument: aws.String(reads)}
	ok(s, s.PutUserPolicy, put)
	got := ok(s, s.GetUserPolicy, &sdk.GetUserPolicyInput{UserName: aws.String("DEV"), PolicyName: aws.String("MIXED")})
	if text, err := url.PathUnescape(*got.PolicyDocument); err != nil || text != reads || *got.PolicyName != "MIXED" || *got.UserName != "dev" {
		t.Errorf("%s of %s is %s: %v", *got.PolicyName, *got.UserName, text, err)
	}
	if names := ok(s, s.ListUserPolicies, &sdk.ListUserPoliciesInput{UserName: dev}).PolicyNames; len(names) != 1 || names[0] != "Mixed" {
		t.Errorf("inline policies %q", names)
	}
	refused(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev}, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	remove := &sdk.DeleteUserPolicyInput{UserName: dev, PolicyName: aws.String("mixed")}
	ok(s, s.DeleteUserPolicy, remove)
	refused(s, s.DeleteUserPolicy, remove, "NoSuchEntity", "The user policy with name mixed cannot be found.")
	put.PolicyDocument = aws.String("{}")
	refused(s, s.PutUserPolicy, put, "MalformedPolicyDocument", "Syntax errors in policy.")
	put.PolicyDocument = aws.String(strings.Replace(reads, `"*"`, `"arn:aws:s3:::`+strings.Repeat("a", 2048)+`"`, 1))
	refused(s, s.PutUserPolicy, put, "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user dev")

	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: dev, PolicyArn: bucket})
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: dev, PolicyArn: bucket})
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: dev, PolicyArn: aws.String(execution)})
	list := ok(s, s.ListAttachedUserPolicies, &sdk.ListAttachedUserPoliciesInput{UserName: dev, PathPrefix: aws.String("/service-role/")}).AttachedPolicies
	if len(list) != 1 || *list[0].PolicyName != "AmazonECSTaskExecutionRolePolicy" {
		t.Errorf("attached policies %+v", list)
	}
	refused(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev}, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	refused(s, s.DeletePolicy, &sdk.DeletePolicyInput{PolicyArn: bucket}, "DeleteConflict", "Cannot delete a policy attached to entities.")
	ok(s, s.DetachUserPolicy, &sdk.DetachUserPolicyInput{UserName: dev, PolicyArn: aws.String(execution)})
	refused(s, s.DetachUserPolicy, &sdk.DetachUserPolicyInput{UserName: dev, PolicyArn: aws.String(execution)},
		"NoSuchEntity", "Policy "+execution+" was not found.")
	for i := range 9 {
		ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: dev, PolicyArn: createPolicy(s, fmt.Sprint(i))})
	}
	refused(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: dev, PolicyArn: aws.String(execution)},
		"LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10")
}

func TestBoundaryOfAUser(t *testing.T) {
	s := newScene(t)
	dev, bucket := createUser(s, "dev"), createPolicy(s, "Bucket")
	ok(s, s.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: dev, PermissionsBoundary: bucket})
	if p := ok(s, s.GetPolicy, &sdk.GetPolicyInput{PolicyArn: bucket}).Policy; *p.PermissionsBoundaryUsageCount != 1 || *p.AttachmentCount != 0 {
		t.Errorf("the policy is used %d and %d times", *p.PermissionsBoundaryUsageCount, *p.AttachmentCount)
	}
	refused(s, s.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: dev, PermissionsBoundary: aws.String("arn:aws:iam::000000000000:policy/none")},
		"NoSuchEntity", "Scope ARN: arn:aws:iam::000000000000:policy/none does not exist or is not attachable.")
	ok(s, s.DeleteUserPermissionsBoundary, &sdk.DeleteUserPermissionsBoundaryInput{UserName: dev})
	refused(s, s.DeleteUserPermissionsBoundary, &sdk.DeleteUserPermissionsBoundaryInput{UserName: dev},
		"NoSuchEntity", "The permissions boundary of user dev cannot be found.")
}

func TestPoliciesOfAGroup(t *testing.T) {
	s := newScene(t)
	devs := createGroup(s, "devs")
	ok(s, s.PutGroupPolicy, &sdk.PutGroupPolicyInput{GroupName: devs, PolicyName: aws.String("read"), PolicyDocument: aws.String(reads)})
	got := ok(s, s.GetGroupPolicy, &sdk.GetGroupPolicyInput{GroupName: devs, PolicyName: aws.String("read")})
	if text, err := url.PathUnescape(*got.PolicyDocument); err != nil || text != reads || *got.GroupName != "devs" {
		t.Errorf("the policy of %s is %s: %v", *got.GroupName, text, err)
	}
	refused(s, s.GetGroupPolicy, &sdk.GetGroupPolicyInput{GroupName: devs, PolicyName: aws.String("none")},
		"NoSuchEntity", "The group policy with name none cannot be found.")
	if names := ok(s, s.ListGroupPolicies, &sdk.ListGroupPoliciesInput{GroupName: devs}).PolicyNames; len(names) != 1 {
		t.Errorf("inline policies %q", names)
	}
	ok(s, s.AttachGroupPolicy, &sdk.AttachGroupPolicyInput{GroupName: devs, PolicyArn: aws.String(execution)})
	if list := ok(s, s.ListAttachedGroupPolicies, &sdk.ListAttachedGroupPoliciesInput{GroupName: devs}).AttachedPolicies; len(list) != 1 || *list[0].PolicyArn != execution {
		t.Errorf("attached policies %+v", list)
	}
	refused(s, s.DeleteGroup, &sdk.DeleteGroupInput{GroupName: devs}, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	ok(s, s.DetachGroupPolicy, &sdk.DetachGroupPolicyInput{GroupName: devs, PolicyArn: aws.String(execution)})
	refused(s, s.DeleteGroup, &sdk.DeleteGroupInput{GroupName: devs}, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	ok(s, s.DeleteGroupPolicy, &sdk.DeleteGroupPolicyInput{GroupName: devs, PolicyName: aws.String("read")})
	ok(s, s.DeleteGroup, &sdk.DeleteGroupInput{GroupName: devs})
}

// The counts were recorded (IAM0016).
func TestEntitiesOfAPolicy(t *testing.T) {
	s := newScene(t)
	both := createPolicy(s, "both")
	createRole(s, "role")
	user, group, role := createUser(s, "user"), createGroup(s, "group"), aws.String("role")
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: both})
	ok(s, s.AttachGroupPolicy, &sdk.AttachGroupPolicyInput{GroupName: group, PolicyArn: both})
	ok(s, s.PutRolePermissionsBoundary, &sdk.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: both})
	counts := func(filter types.EntityType, usage types.PolicyUsageType) string {
		t.Helper()
		out := ok(s, s.ListEntitiesForPolicy, &sdk.ListEntitiesForPolicyInput{PolicyArn: both, EntityFilter: filter, PolicyUsageFilter: usage})
		return fmt.Sprintf("%d users, %d groups, %d roles", len(out.PolicyUsers), len(out.PolicyGroups), len(out.PolicyRoles))
	}
	for _, test := range []struct {
		filter types.EntityType
		usage  types.PolicyUsageType
		want   string
	}{
		{"", "", "1 users, 1 groups, 1 roles"},
		{"", types.PolicyUsageTypePermissionsPolicy, "1 users, 1 groups, 0 roles"},
		{"", types.PolicyUsageTypePermissionsBoundary, "0 users, 0 groups, 1 roles"},
		{types.EntityTypeUser, "", "1 users, 0 groups, 0 roles"},
		{types.EntityTypeGroup, types.PolicyUsageTypePermissionsBoundary, "0 users, 0 groups, 0 roles"},
		{types.EntityTypeLocalManagedPolicy, "", "0 users, 0 groups, 0 roles"},
	} {
		if got := counts(test.filter, test.usage); got != test.want {
			t.Errorf("%q used as %q: %s, want %s", test.filter, test.usage, got, test.want)
		}
	}
	seen := 0
	in := &sdk.ListEntitiesForPolicyInput{PolicyArn: both, MaxItems: aws.Int32(1)}
	for more := true; more; more = in.Marker != nil {
		out := ok(s, s.ListEntitiesForPolicy, in)
		seen += len(out.PolicyUsers) + len(out.PolicyGroups) + len(out.PolicyRoles)
		in.Marker = out.Marker
	}
	if seen != 3 {
		t.Errorf("the pages have %d entities", seen)
	}
}
