package state

import (
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Events are kept for a day of the clock, and not more of them than KeptEvents.
// ECS itself keeps none: both bounds are the emulator's own.
const (
	KeepEvents = 24 * time.Hour
	KeptEvents = 10_000
)

// events has the name that it had when there were those of tasks only.
var events = store.NewLog[Change]("task-event", KeptEvents)

// Event is a change that ECS announces, of a version of its own, or one that another service of AWS
// does. At is the time of the change.
type Event = store.Entry[Change]

// Change is a row of a task as it was then; or one of a container instance, with what
// its tasks had of it; or what a service, one of its deployments or a lifecycle hook has to tell; or
// the lifecycle action of an Auto Scaling group, or an activity of one; or the state of an instance, or the notice to a Spot Instance; or the change of an alarm; or what a fault does that the emulator causes.
type Change struct {
	Task              *Task
	ContainerInstance *ContainerInstance
	Usage             *InstanceUsage
	ServiceAction     *ServiceAction
	Deployment        *DeploymentChange
	Hook              *HookChange
	LifecycleAction   *LifecycleAction
	SpotNotice        *SpotNotice
	InstanceState     *InstanceState
	ScalingActivity   *ScalingActivity
	Alarm             *AlarmChange
	// Fault is the emulator's own: no rule of EventBridge may be asked about it, nor a target get it.
	Fault *FaultChange
}

// announce keeps a row of a task as an event.
func announce(tx *store.Tx, t *Task, at time.Time) { events.Append(tx, &Change{Task: t}, at) }

// announceInstance keeps the rows of a container instance as an event. A usage without a
// container instance is that of one that was forgotten.
func announceInstance(tx *store.Tx, u *InstanceUsage, at time.Time) {
	if c := FindContainerInstance(tx, u.ARN); c != nil {
		events.Append(tx, &Change{ContainerInstance: c, Usage: u}, at)
	}
}

// Events returns the events after a sequence number, 0 for all that are kept, oldest
// first; see [store.Log.Since].
func Events(s *store.Store, since uint64) (list []Event, oldest uint64, changed <-chan struct{}) {
	return events.Since(s, since)
}

// OnEvents wakes a watch with an id when there are more events.
func OnEvents(id string) store.Source { return store.OnEntries(events, id) }

// NewestEvent is the sequence number of the newest event, kept or not.
func NewestEvent(s *store.Store) uint64 { return events.Newest(s) }

// ForgetEvents removes the events from before a time.
func ForgetEvents(tx *store.Tx, before time.Time) { events.Forget(tx, before) }

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
