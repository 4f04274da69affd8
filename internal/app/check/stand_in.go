package check

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// What requests refer to that is not theirs to choose.
const (
	aSubnet      = "subnet-0ec5e3a1a70000001"
	aRole        = "arn:aws:iam::000000000000:role/check"
	aFamily      = "check"
	aTargetGroup = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/check/1"

	anotherTargetGroup = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/check/2"

	aRule = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/check/1/2/3"
)

// volumesFor configures those that a definition leaves open.
func volumesFor(def *sdk.RegisterTaskDefinitionInput) (open []types.ServiceVolumeConfiguration) {
	for _, v := range def.Volumes {
		if aws.ToBool(v.ConfiguredAtLaunch) {
			open = append(open, types.ServiceVolumeConfiguration{
				Name: v.Name, ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{RoleArn: aws.String(aRole), SizeInGiB: aws.Int32(10)},
			})
		}
	}
	return open
}

// balancerFor leads to a container of a definition, nil if no container has a port with one mapping.
func balancerFor(def *sdk.RegisterTaskDefinitionInput) *types.LoadBalancer {
	for _, c := range def.ContainerDefinitions {
		mappings := map[int32]int{0: 1} // a range has no port
		for _, p := range c.PortMappings {
			mappings[aws.ToInt32(p.ContainerPort)]++
		}
		for _, p := range c.PortMappings {
			if mappings[aws.ToInt32(p.ContainerPort)] == 1 {
				return &types.LoadBalancer{
					TargetGroupArn: aws.String(aTargetGroup), ContainerName: c.Name, ContainerPort: p.ContainerPort,
					AdvancedConfiguration: &types.AdvancedConfiguration{
						AlternateTargetGroupArn: aws.String(anotherTargetGroup), ProductionListenerRule: aws.String(aRule), RoleArn: aws.String(aRole),
					},
				}
			}
		}
	}
	return nil
}
