package check

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// referToNamespace has a request name its namespace of Cloud Map, whose ARN may be of any account.
func (r *request) referToNamespace() {
	for _, parent := range []string{"serviceConnectConfiguration", "serviceConnectDefaults"} {
		if n := r.input.member(parent).member("namespace"); n != nil && n.kind == text && arn.Is(n.text) {
			n.text = arn.Name(n.text)
		}
	}
}

// namePorts gives a stand-in of a definition the port mappings that a request names.
func namePorts(in *sdk.RegisterTaskDefinitionInput, ports []service.Port) {
	container, next := &in.ContainerDefinitions[0], int32(40000)
	for _, p := range ports {
		if p.Name == nil {
			continue
		}
		named := func(m types.PortMapping) bool { return aws.ToString(m.Name) == *p.Name }
		if !slices.ContainsFunc(container.PortMappings, named) {
			container.PortMappings = append(container.PortMappings, types.PortMapping{
				Name: p.Name, ContainerPort: aws.Int32(next), AppProtocol: types.ApplicationProtocolHttp,
			})
		}
		next++
	}
}
