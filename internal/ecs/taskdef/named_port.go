package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// NamedPort is the container port whose mapping has a name, and the container that has it.
func NamedPort(d *types.TaskDefinition, name string) (container string, port int32, found bool) {
	for i := range d.ContainerDefinitions {
		for _, m := range d.ContainerDefinitions[i].PortMappings {
			if m.ContainerPort != nil && aws.ToString(m.Name) == name {
				return aws.ToString(d.ContainerDefinitions[i].Name), *m.ContainerPort, true
			}
		}
	}
	return "", 0, false
}
