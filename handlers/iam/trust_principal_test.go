package iam_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
)

// A trust policy means the user or role that was there, under the name that it has, and no other one of that name (AC49).
func TestTrustIsInTheVeryPrincipal(t *testing.T) {
	s := newScene(t)
	createRole(s, "deploy")
	deploy := ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: aws.String("deploy")}).Role
	dev := ok(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String("dev")}).User
	const trusts = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["DEPLOY","DEV"]},"Action":"sts:AssumeRole"}]}`
	document := func(deploy, dev string) string {
		return strings.NewReplacer("DEPLOY", deploy, "DEV", dev).Replace(trusts)
	}
	ok(s, s.CreateRole, &sdk.CreateRoleInput{RoleName: aws.String("app"), AssumeRolePolicyDocument: aws.String(document(*deploy.Arn, *dev.Arn))})
	check := func(when, want string) {
		t.Helper()
		got, err := url.QueryUnescape(*ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: aws.String("app")}).Role.AssumeRolePolicyDocument)
		if err != nil || got != want {
			t.Errorf("%s the role trusts %s, want %s", when, got, want)
		}
	}
	check("at first", document(*deploy.Arn, *dev.Arn))
	ok(s, s.UpdateUser, &sdk.UpdateUserInput{UserName: aws.String("dev"), NewUserName: aws.String("ops"), NewPath: aws.String("/team/")})
	check("with another name", document(*deploy.Arn, "arn:aws:iam::000000000000:user/team/ops"))
	ok(s, s.DeleteRole, &sdk.DeleteRoleInput{RoleName: aws.String("deploy")})
	createRole(s, "deploy")
	check("with a new role", document(*deploy.RoleId, "arn:aws:iam::000000000000:user/team/ops"))
	ok(s, s.DeleteUser, &sdk.DeleteUserInput{UserName: aws.String("ops")})
	check("without the user", document(*deploy.RoleId, *dev.UserId))
}
