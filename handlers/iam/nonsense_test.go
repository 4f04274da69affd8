package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

func TestNonsense(t *testing.T) {
	s := newScene(t)
	ok(s, s.CreateUser, &sdk.CreateUserInput{UserName: aws.String("dev")})
	user := aws.String("arn:aws:iam::000000000000:user/dev")
	entries := []types.ContextEntry{{ContextKeyName: aws.String("aws:CurrentTime"), ContextKeyType: types.ContextKeyTypeEnumDate, ContextKeyValues: []string{"2026-01-01"}}}
	resources, actions, documents := []string{"arn:aws:s3:::b/a", "arn:aws:s3:::b/b"}, []string{"s3:GetObject"}, []string{reads}
	ofBucket := aws.String(`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*","Principal":"*"}}`)
	apitest.Nonsense(t, s.SimulateCustomPolicy, sdk.SimulateCustomPolicyInput{
		ActionNames: actions, PolicyInputList: documents, CallerArn: user, ContextEntries: entries, MaxItems: aws.Int32(1), ResourceArns: resources,
		ResourceOwner: user, ResourcePolicy: ofBucket, PermissionsBoundaryPolicyInputList: documents,
		OrderedOrganizationPolicyInputList: []types.OrderedOrganizationPolicyType{{ServiceControlPolicyInputList: documents}},
	})
	apitest.Nonsense(t, s.SimulatePrincipalPolicy, sdk.SimulatePrincipalPolicyInput{
		PolicySourceArn: user, ActionNames: actions, PolicyInputList: documents, CallerArn: user, ContextEntries: entries, ResourceArns: resources,
		ResourceOwner: user, ResourcePolicy: ofBucket, PermissionsBoundaryPolicyInputList: documents,
	})
	apitest.Nonsense(t, s.GetContextKeysForCustomPolicy, sdk.GetContextKeysForCustomPolicyInput{PolicyInputList: documents})
	apitest.Nonsense(t, s.GetContextKeysForPrincipalPolicy, sdk.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: user, PolicyInputList: documents})
}
