package iam_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
)

func TestAWSsOwnPoliciesAreListed(t *testing.T) {
	for _, p := range iam.AWSPolicies("aws") {
		if !iam.AWSPolicyExists(p.ARN(), "aws") {
			t.Errorf("%s has a document, and is not in the list", p.ARN())
		}
	}
	for arn, want := range map[string]bool{
		"arn:aws:iam::aws:policy/AdministratorAccess": true, "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy": true,
		"arn:aws:iam::aws:policy/AmazonECSServiceRolePolicy": false, "arn:aws:iam::aws:policy/": false, "arn:aws:iam::000000000000:policy/AdministratorAccess": false,
	} {
		if iam.AWSPolicyExists(arn, "aws") != want {
			t.Errorf("%s exists: want %v", arn, want)
		}
	}
	if !iam.AWSPolicyExists("arn:aws-cn:iam::aws:policy/Another", "aws-cn") {
		t.Error("policies of China are not listed")
	}
}
