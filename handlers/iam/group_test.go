package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
)

func createGroup(s *scene, name string) *string {
	s.T.Helper()
	ok(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: &name})
	return &name
}

func TestGroups(t *testing.T) {
	s := newScene(t)
	made := ok(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("devs"), Path: aws.String("/app/")}).Group
	if *made.Arn != "arn:aws:iam::000000000000:group/app/devs" || !strings.HasPrefix(*made.GroupId, "AGPA") || !made.CreateDate.Equal(s.Now.Truncate(1e9)) {
		t.Errorf("%+v", made)
	}
	refused(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("Devs")}, "EntityAlreadyExists", "Group with name Devs already exists.")
	ops := createGroup(s, "ops")
	if list := ok(s, s.ListGroups, &sdk.ListGroupsInput{PathPrefix: aws.String("/app/")}).Groups; len(list) != 1 || *list[0].GroupId != *made.GroupId {
		t.Errorf("groups %+v", list)
	}
	refused(s, s.UpdateGroup, &sdk.UpdateGroupInput{GroupName: ops, NewGroupName: aws.String("devs")},
		"EntityAlreadyExists", "Group with name devs already exists.")
	refused(s, s.UpdateGroup, &sdk.UpdateGroupInput{GroupName: aws.String("none"), NewPath: aws.String("/")},
		"NoSuchEntity", "The group with name none cannot be found.")

	dev := createUser(s, "dev")
	ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: ops, UserName: dev})
	ok(s, s.UpdateGroup, &sdk.UpdateGroupInput{GroupName: ops, NewGroupName: aws.String("sre"), NewPath: aws.String("/x/")})
	refused(s, s.GetGroup, &sdk.GetGroupInput{GroupName: ops}, "NoSuchEntity", "The group with name ops cannot be found.")
	sre := ok(s, s.GetGroup, &sdk.GetGroupInput{GroupName: aws.String("sre")})
	if *sre.Group.Arn != "arn:aws:iam::000000000000:group/x/sre" || len(sre.Users) != 1 || *sre.Users[0].UserName != "dev" {
		t.Errorf("%+v", sre)
	}
	refused(s, s.DeleteGroup, &sdk.DeleteGroupInput{GroupName: aws.String("sre")},
		"DeleteConflict", "Cannot delete entity, must remove users from group first.")
	ok(s, s.RemoveUserFromGroup, &sdk.RemoveUserFromGroupInput{GroupName: aws.String("sre"), UserName: dev})
	ok(s, s.DeleteGroup, &sdk.DeleteGroupInput{GroupName: aws.String("sre")})
	refused(s, s.DeleteGroup, &sdk.DeleteGroupInput{GroupName: aws.String("sre")}, "NoSuchEntity", "The group with name sre cannot be found.")
}

func TestGroupsAreUniqueBeforeTheyAreCounted(t *testing.T) {
	s := newScene(t)
	for i := range 300 {
		createGroup(s, fmt.Sprint("group", i))
	}
	refused(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("group0")}, "EntityAlreadyExists", "Group with name group0 already exists.")
	refused(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("more")}, "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 300")
	if n := len(ok(s, s.ListGroups, &sdk.ListGroupsInput{PathPrefix: aws.String("/"), MaxItems: aws.Int32(1000)}).Groups); n != 300 {
		t.Errorf("there are %d groups", n)
	}
}

// Adding twice, and removing who is not there, change nothing (IAM0015).
func TestMemberships(t *testing.T) {
	s := newScene(t)
	dev, devs := createUser(s, "dev"), createGroup(s, "devs")
	groups := func() string {
		t.Helper()
		var names []string
		for _, g := range ok(s, s.ListGroupsForUser, &sdk.ListGroupsForUserInput{UserName: dev}).Groups {
			names = append(names, *g.GroupName)
		}
		return strings.Join(names, " ")
	}
	add := &sdk.AddUserToGroupInput{GroupName: devs, UserName: dev}
	ok(s, s.AddUserToGroup, add)
	ok(s, s.AddUserToGroup, add)
	if got := groups(); got != "devs" {
		t.Errorf("groups %q", got)
	}
	remove := &sdk.RemoveUserFromGroupInput{GroupName: aws.String("DEVS"), UserName: aws.String("DEV")}
	ok(s, s.RemoveUserFromGroup, remove)
	ok(s, s.RemoveUserFromGroup, remove)
	if got := groups(); got != "" {
		t.Errorf("groups %q", got)
	}
	refused(s, s.RemoveUserFromGroup, &sdk.RemoveUserFromGroupInput{GroupName: aws.String("none"), UserName: aws.String("unknown")},
		"NoSuchEntity", "The user with name unknown cannot be found.")
	refused(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: aws.String("none"), UserName: dev},
		"NoSuchEntity", "The group with name none cannot be found.")

	for i := range 10 {
		ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: createGroup(s, fmt.Sprint(9-i)), UserName: dev})
	}
	refused(s, s.AddUserToGroup, add, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
	if got := groups(); got != "0 1 2 3 4 5 6 7 8 9" {
		t.Errorf("groups %q", got)
	}
}

func TestUsersOfAGroupComeInPages(t *testing.T) {
	s := newScene(t)
	devs := createGroup(s, "devs")
	for _, name := range []string{"b", "c", "a"} {
		ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: devs, UserName: createUser(s, name)})
	}
	first := ok(s, s.GetGroup, &sdk.GetGroupInput{GroupName: devs, MaxItems: aws.Int32(2)})
	rest := ok(s, s.GetGroup, &sdk.GetGroupInput{GroupName: devs, Marker: first.Marker})
	if len(first.Users) != 2 || !first.IsTruncated || len(rest.Users) != 1 || *rest.Users[0].UserName != "c" || *rest.Group.GroupName != "devs" {
		t.Errorf("pages %+v and %+v", first, rest)
	}
	refused(s, s.GetGroup, &sdk.GetGroupInput{GroupName: devs, Marker: aws.String("no marker")}, "ValidationError", "Invalid Marker.")
}

func TestAnAccountHasFewGroups(t *testing.T) {
	s := newScene(t)
	for i := range 300 {
		createGroup(s, fmt.Sprint(i))
	}
	refused(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("one more")},
		"ValidationError", `1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`)
	refused(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("more")}, "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 300")
}
