package fulfil

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// obstacle is the error that keeps every task from being launched; empty if
// nothing does.
func obstacle(in *observe.Input, g *observe.Generation) string {
	switch {
	case g.Definition == nil:
		return "TaskDefinition not found."
	case in.Roles[g.Of.ID] != "":
		return task.RoleNotAssumed(in.Roles[g.Of.ID])
	case g.Definition.NetworkMode == types.NetworkModeAwsvpc && observe.VPCConfiguration(g.Of.Revision) == nil:
		return "Network Configuration must be provided when networkMode 'awsvpc' is specified."
	case in.Networks[g.Of.ID] != "":
		// Source: ECS developer guide, service event messages, for a launch that is refused;
		// in the words of RunTask.
		return in.Networks[g.Of.ID]
	default:
		return ""
	}
}
