package kit

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// CheckInstanceCount refuses a list of container instances that is empty or too long
// (ECS0161). That an empty one is refused alike in all operations is the emulator's choice.
func CheckInstanceCount(n, most int) error {
	switch {
	case n == 0:
		return InvalidParameter("Container instance cannot be empty.")
	case n > most:
		return InvalidParameter(fmt.Sprintf("instanceIds can have at most %d items.", most))
	}
	return nil
}

// InstanceARN turns an id or ARN of a container instance into its ARN, whether it exists
// or not.
func (c InCluster) InstanceARN(ref string) (string, error) {
	id, err := c.memberName(ref, "container-instance")
	if err != nil {
		return "", err
	}
	if len(id) != 32 && len(id) != 36 {
		return "", InvalidParameter("instanceId length should be one of [32,36]")
	}
	return c.Scope.ContainerInstance(c.Cluster.Name, id), nil
}

// RegisteredInstance returns the container instance that a request is about; unknown and
// INACTIVE ones are errors. Source: field reports, of agents that register again for the second.
func (c InCluster) RegisteredInstance(ref string) (*state.ContainerInstance, error) {
	id, err := c.InstanceARN(ref)
	if err != nil {
		return nil, err
	}
	instance := state.FindContainerInstance(c.Tx, id)
	switch {
	case instance == nil:
		return nil, InvalidParameter("Referenced container instance " + arn.Name(id) + " not found.")
	case instance.Status == state.InstanceInactive:
		return nil, ClientError("Container instance " + arn.Name(id) + " is inactive.")
	}
	return instance, nil
}
