package caller_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/caller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestWhoCalls(t *testing.T) {
	w := start(t)
	role := &iam.Role{Account: account, Name: "deploy", ID: "AROADEPLOY", Path: "/"}
	user := &iam.User{Account: account, Name: "dev", ID: "AIDADEV", Path: "/"}
	w.put(t, func(tx *store.Tx) {
		iam.Roles.Put(tx, role)
		iam.Users.Put(tx, user)
	})
	ended := sts.Session{Account: scope.Account, RoleARN: role.ARN(), RoleID: role.ID, Name: "ci", Expires: w.issuer.Clock.Now().Add(-time.Hour).Unix()}
	remember := func(c awsapi.Caller) string {
		return awsapi.Call{Account: scope.Account, Region: scope.Region, Caller: c}.Remember()
	}
	for name, test := range map[string]struct {
		actor caller.Actor
		want  string
	}{
		"the root of the account": {caller.Actor{Scope: scope}, "arn:aws:iam::123456789012:root"},
		"a role, also of a change by a user": {
			caller.Actor{Scope: scope, StackID: stackID, RoleARN: role.ARN(), Principal: remember(awsapi.Caller{ARN: user.ARN(), UserID: user.ID})},
			"arn:aws:sts::123456789012:assumed-role/deploy/AWSCloudFormation", // (CFN-109)
		},
		"a user": {caller.Actor{Scope: scope, Principal: remember(awsapi.Caller{ARN: user.ARN(), UserID: user.ID})}, user.ARN()},
		"a session that has ended": {
			caller.Actor{Scope: scope, Principal: remember(awsapi.Caller{ARN: ended.ARN(), RoleARN: role.ARN(), Session: &ended})},
			"arn:aws:sts::123456789012:assumed-role/deploy/ci",
		},
	} {
		w.asked = nil
		var out ec2.DescribeVpcsOutput
		err := w.Call(test.actor)(t.Context(), apiclient.Of("ec2", "DescribeVpcs"), &ec2.DescribeVpcsInput{}, &out)
		if err != nil || !slices.Equal(w.asked, []string{test.want + " DescribeVpcs in eu-west-1"}) || len(out.Vpcs) != 1 {
			t.Errorf("%s: %q, %v", name, w.asked, err)
		}
	}
	w.denied = "arn:aws:sts::123456789012:assumed-role/deploy/AWSCloudFormation"
	err := w.Call(caller.Actor{Scope: scope, StackID: stackID, RoleARN: role.ARN()})(t.Context(), apiclient.Of("ec2", "DescribeVpcs"), &ec2.DescribeVpcsInput{}, nil)
	var refused *apiclient.Error
	if !errors.As(err, &refused) || refused.Code != "UnauthorizedOperation" || !strings.Contains(refused.Message, "User: "+w.denied+" is not authorized to perform: ec2:DescribeVpcs") {
		t.Errorf("got %v", err)
	}
}

func TestRolesThatCannotBeAssumed(t *testing.T) {
	w := start(t)
	w.Assumes = func(service, forARN, role string) bool {
		return service == "cloudformation.amazonaws.com" && strings.HasPrefix(forARN, "arn:aws:cloudformation:eu-west-1:123456789012:stack/") &&
			role == "arn:aws:iam::123456789012:role/trusting"
	}
	for role, want := range map[string]bool{"trusting": true, "other": false} {
		actor := caller.Actor{Scope: scope, RoleARN: "arn:aws:iam::123456789012:role/" + role}
		err := w.Call(actor)(t.Context(), apiclient.Of("ec2", "DescribeVpcs"), &ec2.DescribeVpcsInput{}, nil)
		var refused *apiclient.Error
		if errors.As(err, &refused) == want || !want && (refused.Code != "AccessDenied" || refused.Message != "Role "+actor.RoleARN+" is invalid or cannot be assumed") {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// Handlers look whether something is still there, of which the log need not warn; of other refusals it does.
func TestRefusalsThatAreExpected(t *testing.T) {
	w := start(t)
	w.expected = map[string]bool{}
	call := w.Call(caller.Actor{Scope: scope})
	_ = call(t.Context(), apiclient.Of("ec2", "DescribeVpcs"), &ec2.DescribeVpcsInput{VpcIds: []string{"vpc-0123456789abcdef0"}}, nil)
	_ = call(t.Context(), apiclient.Of("ec2", "CreateVpc"), &ec2.CreateVpcInput{CidrBlock: aws.String("nonsense")}, nil)
	if want := map[string]bool{"InvalidVpcID.NotFound": true, "InvalidParameterValue": false}; !maps.Equal(w.expected, want) {
		t.Errorf("expected are %v", w.expected)
	}
}

// The system tags of a stack's resources go with the create, so that it is found again (CFN-105).
func TestSystemTagsAreSet(t *testing.T) {
	w := start(t)
	var made ec2.CreateInternetGatewayOutput
	in := &ec2.CreateInternetGatewayInput{TagSpecifications: []types.TagSpecification{{
		ResourceType: types.ResourceTypeInternetGateway, Tags: []types.Tag{{Key: aws.String("aws:cloudformation:stack-id"), Value: aws.String(stackID)}},
	}}}
	call := w.Call(caller.Actor{Scope: scope})
	if err := call(t.Context(), apiclient.Of("ec2", "CreateInternetGateway"), in, &made); err != nil {
		t.Fatal(err)
	}
	var found ec2.DescribeInternetGatewaysOutput
	filters := []types.Filter{{Name: aws.String("tag:aws:cloudformation:stack-id"), Values: []string{stackID}}}
	err := call(t.Context(), apiclient.Of("ec2", "DescribeInternetGateways"), &ec2.DescribeInternetGatewaysInput{Filters: filters}, &found)
	if err != nil || len(found.InternetGateways) != 1 || *found.InternetGateways[0].InternetGatewayId != *made.InternetGateway.InternetGatewayId {
		t.Errorf("found %+v, %v", found.InternetGateways, err)
	}
}
