package iam_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	ouriam "github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
)

// The members of each answer, and the errors but one, were recorded (IAM0014).
func TestAccessKeys(t *testing.T) {
	s := newScene(t)
	dev := createUser(s, "dev")
	list := func() []types.AccessKeyMetadata {
		t.Helper()
		return ok(s, s.ListAccessKeys, &sdk.ListAccessKeysInput{UserName: dev}).AccessKeyMetadata
	}
	if none := list(); none == nil || len(none) > 0 {
		t.Errorf("a new user has the keys %+v", none)
	}
	first := ok(s, s.CreateAccessKey, &sdk.CreateAccessKeyInput{UserName: dev}).AccessKey
	if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(*first.AccessKeyId) || len(*first.SecretAccessKey) != 40 ||
		first.Status != types.StatusTypeActive || *first.UserName != "dev" || !first.CreateDate.Equal(s.Now.Truncate(time.Second)) {
		t.Errorf("%+v", first)
	}
	s.Now = s.Now.Add(time.Minute)
	second := ok(s, s.CreateAccessKey, &sdk.CreateAccessKeyInput{UserName: dev}).AccessKey
	if *second.AccessKeyId == *first.AccessKeyId || *second.SecretAccessKey == *first.SecretAccessKey {
		t.Error("two keys are the same")
	}
	refused(s, s.CreateAccessKey, &sdk.CreateAccessKeyInput{UserName: dev}, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	refused(s, s.CreateAccessKey, &sdk.CreateAccessKeyInput{UserName: aws.String("none")}, "NoSuchEntity", "The user with name none cannot be found.")

	update := &sdk.UpdateAccessKeyInput{UserName: dev, AccessKeyId: first.AccessKeyId, Status: types.StatusTypeInactive}
	ok(s, s.UpdateAccessKey, update)
	if keys := list(); len(keys) != 2 || keys[0].Status != types.StatusTypeInactive || *keys[1].AccessKeyId != *second.AccessKeyId || keys[1].Status != types.StatusTypeActive {
		t.Errorf("keys %+v", keys)
	}
	update.Status = types.StatusTypeActive
	ok(s, s.UpdateAccessKey, update)
	if keys := list(); keys[0].Status != types.StatusTypeActive {
		t.Errorf("keys %+v", keys)
	}
	update.Status = types.StatusTypeExpired
	refused(s, s.UpdateAccessKey, update, "InvalidInput", "An access key cannot be made Expired.")
	const unknown = "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."
	refused(s, s.DeleteAccessKey, &sdk.DeleteAccessKeyInput{UserName: dev, AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")}, "NoSuchEntity", unknown)
	other := createUser(s, "other")
	refused(s, s.DeleteAccessKey, &sdk.DeleteAccessKeyInput{UserName: other, AccessKeyId: first.AccessKeyId},
		"NoSuchEntity", "The Access Key with id "+*first.AccessKeyId+" cannot be found.")

	refused(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev}, "DeleteConflict", "Cannot delete entity, must delete access keys first.")
	ok(s, s.DeleteAccessKey, &sdk.DeleteAccessKeyInput{UserName: dev, AccessKeyId: first.AccessKeyId})
	refused(s, s.DeleteAccessKey, &sdk.DeleteAccessKeyInput{UserName: dev, AccessKeyId: first.AccessKeyId},
		"NoSuchEntity", "The Access Key with id "+*first.AccessKeyId+" cannot be found.")
	if kept := ouriam.AccessKeys.Get(s.Store.Read(), *first.AccessKeyId); kept == nil || !kept.Deleted() || kept.Secret != "" {
		t.Errorf("what is left of a deleted key is %+v", kept)
	}
	ok(s, s.DeleteAccessKey, &sdk.DeleteAccessKeyInput{UserName: dev, AccessKeyId: second.AccessKeyId})
	ok(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: dev})
}

func TestLastUseOfAnAccessKey(t *testing.T) {
	s := newScene(t)
	key := ok(s, s.CreateAccessKey, &sdk.CreateAccessKeyInput{UserName: createUser(s, "dev")}).AccessKey.AccessKeyId
	last := func() (user string, use *types.AccessKeyLastUsed) {
		t.Helper()
		out := ok(s, s.GetAccessKeyLastUsed, &sdk.GetAccessKeyLastUsedInput{AccessKeyId: key})
		return *out.UserName, out.AccessKeyLastUsed
	}
	if user, use := last(); user != "dev" || use.LastUsedDate != nil || *use.Region != "N/A" || *use.ServiceName != "N/A" {
		t.Errorf("a new key of %s was used %+v", user, use)
	}
	s.uses.Note(*key, ouriam.KeyUse{At: s.Now, Service: "ecs", Region: "eu-west-1"})
	if _, use := last(); !use.LastUsedDate.Equal(s.Now.Truncate(time.Second)) || *use.Region != "eu-west-1" || *use.ServiceName != "ecs" {
		t.Errorf("the key was used %+v", use)
	}
	refused(s, s.GetAccessKeyLastUsed, &sdk.GetAccessKeyLastUsedInput{AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")}, "AccessDenied",
		"User: arn:aws:iam::000000000000:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE")
}

// The root of an account has no keys that IAM lists.
func TestAccessKeysOfTheRootAreNotBuilt(t *testing.T) {
	s := newScene(t)
	refused(s, s.ListAccessKeys, &sdk.ListAccessKeysInput{}, "NotImplementedException",
		"ecs-emulator does not implement access keys of the root of an account; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/iam.md.")
}
