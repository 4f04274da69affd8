package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/store"
)

// Events are kept for a day of the clock, and not more of them than keptTaskEvents.
// ECS itself keeps none: both bounds are the emulator's own.
const (
	KeepTaskEvents = 24 * time.Hour
	keptTaskEvents = 10_000
)

var taskEvents = store.NewLog[Task]("task-event", keptTaskEvents)

// TaskEvent is a change of a task that ECS announces: a row of the task as it was
// then, of a version of its own. At is the time of the change.
type TaskEvent = store.Entry[Task]

// announce keeps a row of a task as an event.
func (tx *Tx) announce(t *Task, at time.Time) { taskEvents.Append(tx.rows(), t, at) }

// TaskEvents returns the events after a sequence number, 0 for all that are kept,
// oldest first; see [store.Log.Since].
func (s *Store) TaskEvents(since uint64) (events []TaskEvent, oldest uint64, changed <-chan struct{}) {
	return taskEvents.Since(s.Store, since)
}

// NewestTaskEvent is the sequence number of the newest event, kept or not.
func (s *Store) NewestTaskEvent() uint64 { return taskEvents.Newest(s.Store) }

// ForgetTaskEvents removes the events from before a time.
func (tx *Tx) ForgetTaskEvents(before time.Time) { taskEvents.Forget(tx.rows(), before) }
