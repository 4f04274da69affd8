package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
)

// What ECS announces: rows as they were, each version of its own, and changes that have no row.
var (
	_ = outbox.Declare[Task]("task")
	_ = outbox.DeclareWhole[InstanceChange]("containerInstance")
	_ = outbox.Declare[ServiceAction]("serviceAction")
	_ = outbox.Declare[DeploymentChange]("deployment")
	_ = outbox.Declare[HookChange]("hook")
	_ = outbox.Declare[FaultChange]("fault") // the emulator's own: no rule of EventBridge is asked about it
)
