package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// InstanceChange is a change of a container instance, with what its tasks had of it.
type InstanceChange struct {
	ContainerInstance *ContainerInstance
	Usage             *InstanceUsage
}

// What ECS announces: rows as they were, each version of its own, and changes that have no row.
var (
	_ = outbox.Declare[Task]("task")
	_ = outbox.DeclareWhole[InstanceChange]("containerInstance")
	_ = outbox.Declare[ServiceAction]("serviceAction")
	_ = outbox.Declare[DeploymentChange]("deployment")
	_ = outbox.Declare[HookChange]("hook")
	_ = outbox.Declare[FaultChange]("fault") // the emulator's own: no rule of EventBridge is asked about it
)

// announce keeps a row of a task as an event.
func announce(tx *store.Tx, t *Task, at time.Time) { outbox.Announce(tx, t, at) }

// announceInstance keeps the rows of a container instance as an event. A usage without a
// container instance is that of one that was forgotten.
func announceInstance(tx *store.Tx, u *InstanceUsage, at time.Time) {
	if c := FindContainerInstance(tx, u.ARN); c != nil {
		outbox.Announce(tx, &InstanceChange{c, u}, at)
	}
}
