package ecs

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// StateChange is the event that ECS sends to EventBridge for a change of a task, a
// container instance or a service, as JSON. The same change always makes the same event. The
// sender of events gets it as a function.
func StateChange(tx *store.Tx, e outbox.Event) []byte {
	switch c := e.Value.Value().(type) {
	case *state.Task:
		return task.StateChange(tx, c, e.At)
	case *state.ServiceAction:
		return service.Action(c, e.At)
	case *state.DeploymentChange:
		return service.DeploymentStateChange(c, e.At)
	case *state.HookChange:
		return service.HookStateChange(c, e.At)
	case *state.FaultChange:
		return faultEvent(c, e.At)
	case *state.InstanceChange:
		return containerinstance.StateChange(c.ContainerInstance, c.Usage, e.At)
	}
	return nil // of another service
}
