package agent

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// sharesNetwork reports whether a task's containers are on the network of their container
// instance, or in its namespace: without that they have none.
func sharesNetwork(t *state.Task) bool {
	return t.Spec.NetworkMode == types.NetworkModeBridge || t.Spec.NetworkMode == types.NetworkModeHost
}

// hasPorts reports whether a container has ports on the container instance.
func hasPorts(t *state.Task, d *types.ContainerDefinition) bool {
	return sharesNetwork(t) && len(d.PortMappings) > 0 && !aws.ToBool(d.DisableNetworking)
}
