package iam_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	oursdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func createUser(s *scene, name string) *string {
	s.T.Helper()
	ok(s, s.CreateUser, &sdk.CreateUserInput{UserName: &name})
	return &name
}

// The members of each answer were recorded (IAM0013).
func TestMembersOfUsers(t *testing.T) {
	s := newScene(t)
	boundary := createPolicy(s, "boundary")
	tags := []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}, {Key: aws.String("env"), Value: aws.String("")}}
	made := ok(s, s.CreateUser, &sdk.CreateUserInput{
		UserName: aws.String("dev"), Path: aws.String("/app/"), PermissionsBoundary: boundary, Tags: tags,
	}).User
	if !regexp.MustCompile(`^AIDA[A-Z2-7]{17}$`).MatchString(*made.UserId) {
		t.Errorf("user id %s", *made.UserId)
	}
	want := types.User{
		UserName: aws.String("dev"), Path: aws.String("/app/"), Arn: aws.String("arn:aws:iam::000000000000:user/app/dev"),
		UserId: made.UserId, CreateDate: aws.Time(s.Now.Truncate(1e9)),
	}
	same := func(what string, got, want any) {
		t.Helper()
		ignored := cmpopts.IgnoreUnexported(types.User{}, types.Tag{}, types.AttachedPermissionsBoundary{})
		if diff := cmp.Diff(want, got, ignored); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	same("ListUsers", ok(s, s.ListUsers, &sdk.ListUsersInput{PathPrefix: aws.String("/a")}).Users, []types.User{want})
	want.PermissionsBoundary = &types.AttachedPermissionsBoundary{PermissionsBoundaryArn: boundary, PermissionsBoundaryType: "Policy"}
	want.Tags = tags
	same("CreateUser", made, &want)
	want.Tags = []types.Tag{tags[1], tags[0]}
	same("GetUser", ok(s, s.GetUser, &sdk.GetUserInput{UserName: aws.String("DEV")}).User, &want)

	if none := ok(s, s.ListUsers, &sdk.ListUsersInput{PathPrefix: aws.String("/none/")}).Users; none == nil || len(none) > 0 {
		t.Errorf("users under another path: %v", none)
	}
}

// A user keeps its id, and what it has, under another name.
func TestUserGetsAnotherName(t *testing.T) {
	s := newScene(t)
	dev, devs := createUser(s, "dev"), aws.String("devs")
	createUser(s, "other")
	ok(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: devs})
	ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: devs, UserName: dev})
	id := ok(s, s.GetUser, &sdk.GetUserInput{UserName: dev}).User.UserId

	refused(s, s.UpdateUser, &sdk.UpdateUserInput{UserName: dev, NewUserName: aws.String("OTHER")},
		"EntityAlreadyExists", "User with name OTHER already exists.")
	refused(s, s.UpdateUser, &sdk.UpdateUserInput{UserName: aws.String("none"), NewUserName: aws.String("x")},
		"NoSuchEntity", "The user with name none cannot be found.")
	ok(s, s.UpdateUser, &sdk.UpdateUserInput{UserName: dev, NewUserName: aws.String("Dev")}) // another case only
	ok(s, s.UpdateUser, &sdk.UpdateUserInput{UserName: dev, NewUserName: aws.String("ops"), NewPath: aws.String("/team/")})
	refused(s, s.GetUser, &sdk.GetUserInput{UserName: dev}, "NoSuchEntity", "The user with name dev cannot be found.")
	if ops := ok(s, s.GetUser, &sdk.GetUserInput{UserName: aws.String("ops")}).User; *ops.UserId != *id || *ops.Arn != "arn:aws:iam::000000000000:user/team/ops" {
		t.Errorf("user %+v, whose id was %s", ops, *id)
	}
	if in := ok(s, s.GetGroup, &sdk.GetGroupInput{GroupName: devs}).Users; len(in) != 1 || *in[0].UserName != "ops" {
		t.Errorf("users of the group: %+v", in)
	}
}

func TestUserIsDeletedWhenNothingIsLeftOfIt(t *testing.T) {
	s := newScene(t)
	dev, devs := createUser(s, "dev"), aws.String("devs")
	ok(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: devs})
	ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: devs, UserName: dev})
	refused(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev}, "DeleteConflict", "Cannot delete entity, must remove users from group first.")
	ok(s, s.RemoveUserFromGroup, &sdk.RemoveUserFromGroupInput{GroupName: devs, UserName: dev})
	ok(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev})
	refused(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev}, "NoSuchEntity", "The user with name dev cannot be found.")
}

func TestTagKeysOfUsersHaveNoCase(t *testing.T) {
	s := newScene(t)
	dev := createUser(s, "dev")
	tag := func(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }
	ok(s, s.TagUser, &sdk.TagUserInput{UserName: dev, Tags: tag("team", "a")})
	ok(s, s.TagUser, &sdk.TagUserInput{UserName: dev, Tags: tag("env", "b")})
	ok(s, s.TagUser, &sdk.TagUserInput{UserName: dev, Tags: tag("TEAM", "c")})
	list := ok(s, s.ListUserTags, &sdk.ListUserTagsInput{UserName: dev}).Tags
	if len(list) != 2 || *list[0].Key != "TEAM" || *list[0].Value != "c" {
		t.Errorf("tags %+v", list)
	}
	ok(s, s.UntagUser, &sdk.UntagUserInput{UserName: dev, TagKeys: []string{"Team", "none"}})
	if left := ok(s, s.ListUserTags, &sdk.ListUserTagsInput{UserName: dev}).Tags; len(left) != 1 || *left[0].Key != "env" {
		t.Errorf("tags %+v", left)
	}
	refused(s, s.ListUserTags, &sdk.ListUserTagsInput{UserName: aws.String("none")}, "NoSuchEntity", "The user with name none cannot be found.")
}

// Source: recorded answers (IAM0013; IAM0001 for GetRole).
func TestNoTags(t *testing.T) {
	s := newScene(t)
	dev, web := createUser(s, "dev"), aws.String("web")
	createRole(s, *web)
	refused(s, s.TagUser, &sdk.TagUserInput{UserName: dev, Tags: []types.Tag{}}, "InvalidInput", "The request names no tags.")
	refused(s, s.UntagUser, &sdk.UntagUserInput{UserName: dev, TagKeys: []string{}}, "InvalidInput", "The request names no tags.")
	refused(s, s.TagUser, &sdk.TagUserInput{UserName: aws.String("none"), Tags: []types.Tag{}}, "NoSuchEntity", "The user with name none cannot be found.")

	team := []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}}
	ok(s, s.TagUser, &sdk.TagUserInput{UserName: dev, Tags: team})
	ok(s, s.UntagUser, &sdk.UntagUserInput{UserName: dev, TagKeys: []string{"team"}})
	if left := ok(s, s.GetUser, &sdk.GetUserInput{UserName: dev}).User.Tags; left != nil {
		t.Errorf("the user has an empty list of tags")
	}
	ok(s, s.TagRole, &sdk.TagRoleInput{RoleName: web, Tags: team})
	ok(s, s.UntagRole, &sdk.UntagRoleInput{RoleName: web, TagKeys: []string{"team"}})
	if left := ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: web}).Role.Tags; left != nil {
		t.Errorf("the role has an empty list of tags")
	}
}

func TestUserConstraints(t *testing.T) {
	s := newScene(t)
	createUser(s, strings.Repeat("a", 64))
	refused(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String(strings.Repeat("a", 65))},
		"ValidationError", "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64")
	refused(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String("dev"), Path: aws.String("//")},
		"ValidationError", `1 validation error detected: Value at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)`)
	createUser(s, "dev")
	refused(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String("DEV")}, "EntityAlreadyExists", "User with name DEV already exists.")
	refused(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String("ops"), PermissionsBoundary: aws.String("arn:aws:iam::000000000000:policy/none")},
		"NoSuchEntity", "Scope ARN: arn:aws:iam::000000000000:policy/none does not exist or is not attachable.")
}

// Source of the refusal of a session: recorded answers.
func TestCallersThatAreNoUsersNameOne(t *testing.T) {
	s := newScene(t)
	dev := createUser(s, "dev")
	api := iam.New(s.Store, s.Clock, s.uses)
	as := func(c awsapi.Caller) context.Context {
		return awsapi.NewContext(t.Context(), awsapi.Call{Account: c.Account, Region: "us-east-1", Caller: c})
	}
	session := awsapi.Caller{Account: "000000000000", ARN: "arn:aws:sts::000000000000:assumed-role/app/me", UserID: "AROAEXAMPLE:me", RoleARN: "arn:aws:iam::000000000000:role/app"}
	const want = "Must specify userName when calling with non-User credentials"
	if _, err := api.GetUser(as(session), &oursdk.GetUserInput{}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	id := ok(s, s.GetUser, &sdk.GetUserInput{UserName: dev}).User.UserId
	user := awsapi.Caller{Account: "000000000000", ARN: "arn:aws:iam::000000000000:user/dev", UserID: *id, LongLived: true}
	if out, err := api.GetUser(as(user), &oursdk.GetUserInput{}); err != nil || *out.User.UserName != "dev" {
		t.Errorf("the caller is %+v: %v", out, err)
	}
}

// Without a name GetUser is about the caller (AC47), who is the root here.
func TestRootIsNoUser(t *testing.T) {
	s := newScene(t)
	root := ok(s, s.GetUser, &sdk.GetUserInput{}).User
	if *root.Arn != "arn:aws:iam::000000000000:root" || *root.UserId != "000000000000" || root.UserName != nil {
		t.Errorf("%+v", root)
	}
}
