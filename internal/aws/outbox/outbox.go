// Package outbox keeps what the services of AWS announce, in the order of the transactions that announce it. Rules
// of EventBridge, streams of events and the feed of activity read it. It knows no service: each declares the
// kinds of its changes.
package outbox

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Events are kept for a day of the clock, and not more of them than Kept. AWS itself keeps none: both
// bounds are the emulator's own.
const (
	Keep = 24 * time.Hour
	Kept = 10_000
)

// changes is called as it was when only tasks had changes.
var changes = store.NewLog[Change]("task-event", Kept)

// Event is a change that a service announces. At is the time of the change.
type Event = store.Entry[Change]

// Announce keeps a change as an event. It is a pointer to a value of a kind that is declared, and must not be
// changed any more.
func Announce(tx *store.Tx, change any, at time.Time) { changes.Append(tx, NewChange(change), at) }

// Since returns the events after a sequence number, 0 for all that are kept, oldest first; see [store.Log.Since].
func Since(s *store.Store, sequence uint64) (list []Event, oldest uint64, changed <-chan struct{}) {
	return changes.Since(s, sequence)
}

// Newest is the sequence number of the newest event, kept or not.
func Newest(s *store.Store) uint64 { return changes.Newest(s) }

// On wakes a watch with an id when there are more events.
func On(id string) store.Source { return store.OnEntries(changes, id) }

// Forget removes the events from before a time.
func Forget(tx *store.Tx, before time.Time) { changes.Forget(tx, before) }
