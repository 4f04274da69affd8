package types_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
)

// TestTypes: what can be made is in AWS's table, and what is planned is no part of the services that are here.
func TestTypes(t *testing.T) {
	t.Parallel()
	for _, name := range types.Names() {
		if _, found := schema.Find(name); !found || types.Find(name).Name != name {
			t.Errorf("%s is not in the type table", name)
		}
	}
	elsewhere := []string{"AWS::S3", "AWS::KMS", "AWS::Lambda", "AWS::SNS", "AWS::SQS", "AWS::EFS", "AWS::CloudFormation", "AWS::AutoScaling"}
	var here []string
	for _, name := range types.Planned() {
		if service := name[:strings.LastIndex(name, "::")]; !slices.Contains(elsewhere, service) {
			here = append(here, name)
		}
	}
	want := []string{
		"AWS::EC2::FlowLog", "AWS::SecretsManager::SecretTargetAttachment",
	}
	if !slices.Equal(here, want) {
		t.Errorf("planned are %v, want %v", here, want)
	}
}
