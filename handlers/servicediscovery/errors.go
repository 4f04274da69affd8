package servicediscovery

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// Where a text has no fact beside it, Cloud Map's has not been seen, and the text is the emulator's.

func invalid(format string, args ...any) error {
	return &types.InvalidInput{Message: awsapi.Textf(format, args...)}
}

func inUse(text string) error { return &types.ResourceInUse{Message: &text} }

func namespaceNotFound(id string) error {
	return &types.NamespaceNotFound{Message: awsapi.Textf("Namespace %s does not exist.", id)}
}

func serviceNotFound(id string) error {
	return &types.ServiceNotFound{Message: awsapi.Textf("Service %s does not exist.", id)}
}

func instanceNotFound(id string) error {
	return &types.InstanceNotFound{Message: awsapi.Textf("Instance %s does not exist.", id)}
}

func operationNotFound(id string) error {
	return &types.OperationNotFound{Message: awsapi.Textf("Operation %s does not exist.", id)}
}
