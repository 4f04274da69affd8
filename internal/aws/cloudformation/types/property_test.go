package types_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/logs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
)

// elsewhere are properties that other tests show.
var elsewhere = []string{
	"AWS::ECR::Repository.EmptyOnDelete",                                                           // acts in a delete
	"AWS::ECS::Service.ForceNewDeployment.EnableForceNewDeployment",                                // acts together: TestShift
	"AWS::ECS::Service.ForceNewDeployment.ForceNewDeploymentNonce",                                 // which only an update asks for
	"AWS::ECS::Service.LaunchType",                                                                 // another one replaces, or is a strategy
	"AWS::ECS::Service.ServiceConnectConfiguration.Services.ClientAliases.TestTrafficRules.Header", // the type table does not know its members
	"AWS::ECS::CapacityProvider.AutoScalingGroupProvider.AutoScalingGroupArn",                      // another one replaces
	"AWS::SecretsManager::Secret.GenerateSecretString.SecretStringTemplate",                        // has to be JSON: TestStackTypes
}

// TestEveryProperty: each property of the types that this package's tests make reaches a call, or is refused by name.
func TestEveryProperty(t *testing.T) {
	t.Parallel()
	var parts []typestest.Part
	for _, resources := range stackResources {
		for _, r := range resources {
			parts = append(parts, typestest.Of(r.id, r.kind, r.properties, r.updated))
		}
	}
	parts = append(parts, typestest.Of("Mailed", "AWS::CertificateManager::Certificate", `{DomainName: d, DomainValidationOptions: [{DomainName: d, ValidationDomain: v}]}`, ``),
		typestest.Of("Provider", "AWS::ECS::CapacityProvider", `{AutoScalingGroupProvider: {AutoScalingGroupArn: a}}`, ``))
	for _, types := range [][]*handler.Type{
		acm.Types(), cloudwatch.Types(), ecr.Types(), ecs.Types(), elbv2.Types(), iam.Types(), logs.Types(), secretsmanager.Types(), ssm.Types(),
	} {
		typestest.EveryProperty(t, types, parts, elsewhere...)
	}
}
