package ecs

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// StateChange is the event that ECS sends to EventBridge for a change of a task or a
// container instance, as JSON. The same change always makes the same event. The
// sender of events gets it as a function.
func StateChange(tx *state.Tx, e state.Event) []byte {
	if e.Value.Task != nil {
		return task.StateChange(tx, e.Value.Task, e.At)
	}
	return containerinstance.StateChange(e.Value.ContainerInstance, e.Value.Usage, e.At)
}
