package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
)

const ours = "arn:aws:iam::000000000000:"

func TestAccess(t *testing.T) { apitest.Access(t, iam.New(nil, nil, nil).Service()) }

// peopled is a scene with an entity of each kind, below the path /team/.
func peopled(t *testing.T) (s *scene, key *string) {
	t.Helper()
	s = newScene(t)
	path, tags := aws.String("/team/"), []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}
	policy := ok(s, s.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String("Edge"), Path: path, PolicyDocument: aws.String(reads), Tags: tags}).Policy.Arn
	ok(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String("Dev"), Path: path, PermissionsBoundary: policy, Tags: tags})
	ok(s, s.CreateGroup, &sdk.CreateGroupInput{GroupName: aws.String("Ops"), Path: path})
	ok(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("Deploy"), Path: path, AssumeRolePolicyDocument: aws.String(trust), PermissionsBoundary: policy, Tags: tags})
	ok(s, s.CreateInstanceProfile, &sdk.CreateInstanceProfileInput{InstanceProfileName: aws.String("Host"), Path: path, Tags: tags})
	ok(s, s.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String("https://token.example.com"), Tags: tags})
	return s, ok(s, s.CreateAccessKey, &sdk.CreateAccessKeyInput{UserName: aws.String("dev")}).AccessKey.AccessKeyId
}

// Source: AC13, AC47; resource_authorization.json of the recorded answers.
func TestWhatRequestsAsk(t *testing.T) {
	s, key := peopled(t)
	config, asked := s.Refuse(iam.New(s.Store, s.Clock, s.uses).Service(), awsapi.Caller{})
	c := sdk.NewFromConfig(config)
	tags := []types.Tag{{Key: aws.String("Team"), Value: aws.String("a")}}
	dev, deploy, host, edge := aws.String("DEV"), aws.String("deploy"), aws.String("host"), aws.String(ours+"policy/team/Edge")
	const ofTags, bounded, attached = ", aws:requesttag/team=a, aws:tagkeys=Team", ", iam:permissionsboundary=" + ours + "policy/team/Edge", ", iam:policyarn=arn:aws:iam::aws:policy/ReadOnlyAccess"
	readOnly := aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	for _, w := range []struct{ got, want string }{
		{apitest.For(asked, c.GetUser, &sdk.GetUserInput{UserName: dev}), "iam:GetUser " + ours + "user/team/Dev as user DEV"},
		{apitest.For(asked, c.GetUser, &sdk.GetUserInput{UserName: aws.String("none")}), "iam:GetUser " + ours + "user/none as user none"},
		{apitest.For(asked, c.GetUser, &sdk.GetUserInput{}), "iam:GetUser " + ours + "root"},
		{apitest.For(asked, c.CreateUser, &sdk.CreateUserInput{UserName: aws.String("new"), Path: aws.String("/x/"), PermissionsBoundary: edge, Tags: tags}),
			"iam:CreateUser " + ours + "user/x/new" + ofTags + bounded + "\niam:TagUser " + ours + "user/x/new" + ofTags + bounded},
		{apitest.For(asked, c.ListUsers, &sdk.ListUsersInput{}), "iam:ListUsers " + ours + "user/"},
		{apitest.For(asked, c.UpdateUser, &sdk.UpdateUserInput{UserName: dev, NewUserName: aws.String("Ada")}),
			"iam:UpdateUser " + ours + "user/team/Dev as user DEV\niam:UpdateUser " + ours + "user/team/Ada"},
		{apitest.For(asked, c.UpdateUser, &sdk.UpdateUserInput{UserName: dev}), "iam:UpdateUser " + ours + "user/team/Dev as user DEV"},
		{apitest.For(asked, c.UntagUser, &sdk.UntagUserInput{UserName: dev, TagKeys: []string{"Team"}}), "iam:UntagUser " + ours + "user/team/Dev as user DEV, aws:tagkeys=Team"},
		{apitest.For(asked, c.AttachUserPolicy, &sdk.AttachUserPolicyInput{UserName: dev, PolicyArn: readOnly}),
			"iam:AttachUserPolicy " + ours + "user/team/Dev as user DEV" + bounded + attached},
		{apitest.For(asked, c.PutUserPermissionsBoundary, &sdk.PutUserPermissionsBoundaryInput{UserName: dev, PermissionsBoundary: readOnly}),
			"iam:PutUserPermissionsBoundary " + ours + "user/team/Dev as user DEV, iam:permissionsboundary=arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{apitest.For(asked, c.GetAccessKeyLastUsed, &sdk.GetAccessKeyLastUsedInput{AccessKeyId: key}),
			"iam:GetAccessKeyLastUsed " + ours + "user/team/Dev as access key " + *key},
		{apitest.For(asked, c.GetAccessKeyLastUsed, &sdk.GetAccessKeyLastUsedInput{AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")}),
			"iam:GetAccessKeyLastUsed * as access key AKIAIOSFODNN7EXAMPLE"},

		{apitest.For(asked, c.AddUserToGroup, &sdk.AddUserToGroupInput{GroupName: aws.String("ops"), UserName: dev}), "iam:AddUserToGroup " + ours + "group/team/Ops as group ops"},
		{apitest.For(asked, c.UpdateGroup, &sdk.UpdateGroupInput{GroupName: aws.String("ops"), NewPath: aws.String("/")}),
			"iam:UpdateGroup " + ours + "group/team/Ops as group ops\niam:UpdateGroup " + ours + "group/Ops"},

		{apitest.For(asked, c.GetRole, &sdk.GetRoleInput{RoleName: deploy}), "iam:GetRole " + ours + "role/team/Deploy as role deploy" + bounded},
		{apitest.For(asked, c.ListRoles, &sdk.ListRolesInput{PathPrefix: aws.String("/team/")}), "iam:ListRoles " + ours + "role/team/"},
		{apitest.For(asked, c.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("new"), AssumeRolePolicyDocument: aws.String(trust)}), "iam:CreateRole " + ours + "role/new"},
		{apitest.For(asked, c.AttachRolePolicy, &sdk.AttachRolePolicyInput{RoleName: deploy, PolicyArn: readOnly}),
			"iam:AttachRolePolicy " + ours + "role/team/Deploy as role deploy" + bounded + attached},
		{apitest.For(asked, c.CreateServiceLinkedRole, &sdk.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ecs.amazonaws.com")}),
			"iam:CreateServiceLinkedRole " + ours + "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS, iam:awsservicename=ecs.amazonaws.com"},
		{apitest.For(asked, c.CreateServiceLinkedRole, &sdk.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("x.amazonaws.com")}),
			"iam:CreateServiceLinkedRole " + ours + "role/aws-service-role/x.amazonaws.com/*, iam:awsservicename=x.amazonaws.com"},
		{apitest.For(asked, c.GetServiceLinkedRoleDeletionStatus, &sdk.GetServiceLinkedRoleDeletionStatusInput{
			DeletionTaskId: aws.String("task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/1")}),
			"iam:GetServiceLinkedRoleDeletionStatus " + ours + "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"},
		{apitest.For(asked, c.GetServiceLinkedRoleDeletionStatus, &sdk.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: aws.String("task/1")}),
			"iam:GetServiceLinkedRoleDeletionStatus *"},

		{apitest.For(asked, c.GetPolicy, &sdk.GetPolicyInput{PolicyArn: readOnly}), "iam:GetPolicy arn:aws:iam::aws:policy/ReadOnlyAccess as policy arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{apitest.For(asked, c.ListPolicies, &sdk.ListPoliciesInput{}), "iam:ListPolicies * as policy path /"},
		{apitest.For(asked, c.CreatePolicy, &sdk.CreatePolicyInput{PolicyName: aws.String("new"), Path: aws.String("/x/"), PolicyDocument: aws.String(reads), Tags: tags}),
			"iam:CreatePolicy " + ours + "policy/x/new as policy new" + ofTags + "\niam:TagPolicy " + ours + "policy/x/new" + ofTags},

		{apitest.For(asked, c.GetInstanceProfile, &sdk.GetInstanceProfileInput{InstanceProfileName: host}),
			"iam:GetInstanceProfile " + ours + "instance-profile/team/Host as instance profile host"},
		{apitest.For(asked, c.AddRoleToInstanceProfile, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: host, RoleName: deploy}),
			"iam:AddRoleToInstanceProfile " + ours + "instance-profile/team/Host as instance profile host\n" +
				"iam:PassRole " + ours + "role/team/Deploy, iam:passedtoservice=ec2.amazonaws.com"},
		{apitest.For(asked, c.GetOpenIDConnectProvider, &sdk.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: aws.String(ours + "oidc-provider/Token.example.com")}),
			"iam:GetOpenIDConnectProvider " + ours + "oidc-provider/token.example.com"},
		{apitest.For(asked, c.CreateOpenIDConnectProvider, &sdk.CreateOpenIDConnectProviderInput{Url: aws.String("https://id.example.com/pool")}),
			"iam:CreateOpenIDConnectProvider " + ours + "oidc-provider/id.example.com/pool"},
		{apitest.For(asked, c.SimulatePrincipalPolicy, &sdk.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(ours + "user/elsewhere/Dev"), ActionNames: []string{"s3:GetObject"}}),
			"iam:SimulatePrincipalPolicy " + ours + "user/team/Dev"},
		{apitest.For(asked, c.GetContextKeysForPrincipalPolicy, &sdk.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: aws.String("arn:aws:iam::444455556666:role/r")}),
			"iam:GetContextKeysForPrincipalPolicy arn:aws:iam::444455556666:role/r"},
		{apitest.For(asked, c.SimulateCustomPolicy, &sdk.SimulateCustomPolicyInput{PolicyInputList: []string{reads}, ActionNames: []string{"s3:GetObject"}}), "iam:SimulateCustomPolicy *"},
		{apitest.For(asked, c.GetAccountSummary, &sdk.GetAccountSummaryInput{}), "iam:GetAccountSummary *"},
	} {
		if w.got != w.want {
			t.Errorf("asked\n%s, want\n%s", w.got, w.want)
		}
	}
}

// Without a name a user is asked for itself, and a session as well, although it is no user.
func TestCallersAskForThemselves(t *testing.T) {
	s, key := peopled(t)
	id := ok(s, s.GetUser, &sdk.GetUserInput{UserName: aws.String("Dev")}).User.UserId
	for _, w := range []struct {
		caller awsapi.Caller
		want   string
	}{
		{awsapi.Caller{Account: "000000000000", ARN: ours + "user/Dev", UserID: *id, LongLived: true}, ours + "user/team/Dev as user Dev"},
		{awsapi.Caller{Account: "000000000000", ARN: "arn:aws:sts::000000000000:assumed-role/Deploy/s", UserID: "AROA:s", RoleARN: ours + "role/team/Deploy"},
			"arn:aws:sts::000000000000:assumed-role/Deploy/s"},
	} {
		config, asked := s.Refuse(iam.New(s.Store, s.Clock, s.uses).Service(), w.caller)
		c := sdk.NewFromConfig(config)
		if got := apitest.For(asked, c.ListAccessKeys, &sdk.ListAccessKeysInput{}); got != "iam:ListAccessKeys "+w.want {
			t.Errorf("asked for %s", got)
		}
		if got := apitest.For(asked, c.DeleteAccessKey, &sdk.DeleteAccessKeyInput{AccessKeyId: key}); got != "iam:DeleteAccessKey "+w.want {
			t.Errorf("asked for %s", got)
		}
	}
}

func TestTagsByARN(t *testing.T) {
	s, _ := peopled(t)
	tagsOf := iam.New(s.Store, s.Clock, s.uses).Service().Tags
	for arn, want := range map[string]int{
		ours + "user/team/Dev": 1, ours + "role/team/Deploy": 1, ours + "policy/team/Edge": 1, ours + "instance-profile/team/Host": 1,
		ours + "oidc-provider/token.example.com": 1, ours + "group/team/Ops": 0, ours + "role/Deploy": 0, ours + "role/team/deploy": 0,
		"arn:aws:iam::444455556666:role/team/Deploy": 0, "arn:aws:iam::aws:policy/ReadOnlyAccess": 0, "*": 0,
	} {
		if got := tagsOf(arn); len(got) != want {
			t.Errorf("the tags of %s are %v", arn, got)
		}
	}
}
