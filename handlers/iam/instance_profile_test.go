package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// The members of each answer were recorded (IAM0007).
func TestInstanceProfileHandsOutOneRole(t *testing.T) {
	s := newScene(t)
	createRole(s, "web")
	createRole(s, "api")
	name, web, api := aws.String("instance"), aws.String("web"), aws.String("api")
	made := ok(s, s.CreateInstanceProfile, &sdk.CreateInstanceProfileInput{InstanceProfileName: name, Path: aws.String("/app/")}).InstanceProfile
	if *made.Arn != "arn:aws:iam::000000000000:instance-profile/app/instance" || len(made.Roles) > 0 || made.Tags != nil {
		t.Errorf("%+v", made)
	}
	ok(s, s.AddRoleToInstanceProfile, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: web})
	refused(s, s.AddRoleToInstanceProfile, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: api},
		"LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	got := ok(s, s.GetInstanceProfile, &sdk.GetInstanceProfileInput{InstanceProfileName: name}).InstanceProfile
	if len(got.Roles) != 1 || *got.Roles[0].RoleName != "web" || got.Roles[0].MaxSessionDuration != nil || got.Tags == nil {
		t.Errorf("%+v", got)
	}
	if all := ok(s, s.ListInstanceProfiles, &sdk.ListInstanceProfilesInput{PathPrefix: aws.String("/app/")}).InstanceProfiles; len(all) != 1 || all[0].Tags != nil {
		t.Errorf("%+v", all)
	}
	if of := ok(s, s.ListInstanceProfilesForRole, &sdk.ListInstanceProfilesForRoleInput{RoleName: api}).InstanceProfiles; of == nil || len(of) > 0 {
		t.Errorf("profiles of another role: %+v", of)
	}
	refused(s, s.DeleteInstanceProfile, &sdk.DeleteInstanceProfileInput{InstanceProfileName: name},
		"DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	refused(s, s.RemoveRoleFromInstanceProfile, &sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: name, RoleName: api},
		"NoSuchEntity", "Role api in Instance Profile instance cannot be found.")
	ok(s, s.RemoveRoleFromInstanceProfile, &sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: name, RoleName: web})
	ok(s, s.DeleteInstanceProfile, &sdk.DeleteInstanceProfileInput{InstanceProfileName: name})
	refused(s, s.GetInstanceProfile, &sdk.GetInstanceProfileInput{InstanceProfileName: name},
		"NoSuchEntity", "Instance Profile instance cannot be found.")
}

func TestTagsOfInstanceProfiles(t *testing.T) {
	s := newScene(t)
	name := aws.String("instance")
	tag := func(key string) types.Tag { return types.Tag{Key: &key, Value: aws.String("1")} }
	made := ok(s, s.CreateInstanceProfile, &sdk.CreateInstanceProfileInput{InstanceProfileName: name, Tags: []types.Tag{tag("b"), tag("a")}}).InstanceProfile
	if len(made.Tags) != 2 || *made.Tags[0].Key != "b" {
		t.Errorf("tags in another order than that of the request: %+v", made.Tags)
	}
	ok(s, s.TagInstanceProfile, &sdk.TagInstanceProfileInput{InstanceProfileName: name, Tags: []types.Tag{tag("A")}})
	ok(s, s.UntagInstanceProfile, &sdk.UntagInstanceProfileInput{InstanceProfileName: name, TagKeys: []string{"b"}})
	tags := ok(s, s.ListInstanceProfileTags, &sdk.ListInstanceProfileTagsInput{InstanceProfileName: name}).Tags
	if len(tags) != 2 || *tags[0].Key != "A" || *tags[1].Key != "a" {
		t.Errorf("tags %+v", tags)
	}
}
