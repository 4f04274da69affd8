package iam_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
)

func asks(key string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"` + key + `":"a"}}}}`)
}

func TestContextKeysOfDocuments(t *testing.T) {
	s := newScene(t)
	twice := []string{*asks("aws:username"), *asks("aws:username")}
	got := ok(s, s.GetContextKeysForCustomPolicy, &sdk.GetContextKeysForCustomPolicyInput{PolicyInputList: twice}).ContextKeyNames
	if !slices.Equal(got, []string{"aws:username", "aws:username"}) {
		t.Errorf("%v", got)
	}
	refused(s, s.GetContextKeysForCustomPolicy, &sdk.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{twice[0], "{"}},
		"InvalidInput", "Policy input list item 2 has invalid content")
}

// Source: recorded answers of GetContextKeysForPrincipalPolicy, whose order is not known.
func TestContextKeysOfPrincipals(t *testing.T) {
	s := newScene(t)
	user, group, path := aws.String("dev"), aws.String("devs"), aws.String("/team/")
	ok(s, s.CreateUser, &sdk.CreateUserInput{UserName: user, Path: path})
	ok(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: group})
	managed := ok(s, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String("managed"), PolicyDocument: asks("k:Managed")}).Policy.Arn
	boundary := ok(s, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String("boundary"), PolicyDocument: asks("k:BoundaryOnly")}).Policy.Arn
	ok(s, s.PutUserPolicy, &sdk.PutUserPolicyInput{UserName: user, PolicyName: aws.String("p"), PolicyDocument: asks("k:UserInline")})
	ok(s, s.PutGroupPolicy, &sdk.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("p"), PolicyDocument: asks("k:GroupInline")})
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: managed})
	ok(s, s.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: user, PolicyArn: aws.String("arn:aws:iam::aws:policy/AWSBackupFullAccess")})
	ok(s, s.AttachGroupPolicy, &sdk.AttachGroupPolicyInput{GroupName: group, PolicyArn: managed})
	ok(s, s.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: user, PermissionsBoundary: boundary})
	ok(s, s.AddUserToGroup, &sdk.AddUserToGroupInput{UserName: user, GroupName: group})

	const arn = "arn:aws:iam::000000000000:"
	for _, c := range []struct {
		entity string
		more   []string
		want   string
	}{
		{arn + "user/team/dev", nil, "k:BoundaryOnly k:GroupInline k:Managed k:UserInline"},
		{arn + "user/wrong-path/dev", nil, "k:BoundaryOnly k:GroupInline k:Managed k:UserInline"},
		{arn + "group/devs", nil, "k:GroupInline k:Managed"},
		{arn + "user/team/dev", []string{*asks("k:UserInline")}, "k:BoundaryOnly k:GroupInline k:Managed k:UserInline k:UserInline"},
	} {
		got := ok(s, s.GetContextKeysForPrincipalPolicy, &sdk.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &c.entity, PolicyInputList: c.more}).ContextKeyNames
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s has %v, want %s", c.entity, got, c.want)
		}
	}
	refused(s, s.GetContextKeysForPrincipalPolicy, &sdk.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: aws.String("this-is-not-an-iam-source-arn")},
		"InvalidInput", "Invalid ARN provided in the request: this-is-not-an-iam-source-arn")
}
