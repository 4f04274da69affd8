package state

import (
	"encoding/json"
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

// nameKindsOfEvents tells events of tasks, which were the only ones, from others.
func nameKindsOfEvents(rows *store.StoredRows) error {
	return rows.Rewrite("task-event", func(row []byte) ([]byte, error) {
		return json.Marshal(map[string]json.RawMessage{"task": row})
	})
}

// tellMoreKindsOfEvents changes no row: events of services, their deployments and lifecycle hooks are
// new members beside those that there were. An emulator from before them would take one for the event
// of a container instance; the number of the format keeps it from reading the file.
func tellMoreKindsOfEvents(*store.StoredRows) error { return nil }

// tellLifecycleActions changes no row, as tellMoreKindsOfEvents does: events of Auto Scaling groups are
// new, and so are the states in which their instances wait.
func tellLifecycleActions(*store.StoredRows) error { return nil }

// tellOfFaults changes no row, as tellMoreKindsOfEvents.
func tellOfFaults(*store.StoredRows) error { return nil }

// tellSpotNotices changes no row, as tellMoreKindsOfEvents. Spot Instances are new as well: an older emulator would
// never end one that has its notice.
func tellSpotNotices(*store.StoredRows) error { return nil }

// tellInstances changes no row, as tellMoreKindsOfEvents: events of instances and of activities are new.
func tellInstances(*store.StoredRows) error { return nil }

// tellAlarms changes no row, as tellMoreKindsOfEvents: events of alarms are new.
func tellAlarms(*store.StoredRows) error { return nil }
