package ecs

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// StateChange is the event that ECS sends to EventBridge for a change of a task, a
// container instance or a service, as JSON. The same change always makes the same event. The
// sender of events gets it as a function.
func StateChange(tx *store.Tx, e state.Event) []byte {
	switch c := e.Value; {
	case c.Task != nil:
		return task.StateChange(tx, c.Task, e.At)
	case c.ServiceAction != nil:
		return service.Action(c.ServiceAction, e.At)
	case c.Deployment != nil:
		return service.DeploymentStateChange(c.Deployment, e.At)
	case c.Hook != nil:
		return service.HookStateChange(c.Hook, e.At)
	case c.Fault != nil:
		return faultEvent(c.Fault, e.At)
	default:
		return containerinstance.StateChange(c.ContainerInstance, c.Usage, e.At)
	}
}
