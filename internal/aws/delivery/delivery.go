// Package delivery has the rows of what EventBridge and EventBridge Scheduler have to bring to their targets: a row for
// each call of a target that is pending. What makes them are rules, by routing, and schedules, by the timetable, and beside
// these alarms and the events of stacks; sending calls the targets and removes the rows.
package delivery

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// deliveries have their numbers as keys, so that they are in the order in which they were made.
var (
	deliveries     = store.NewTable("delivery", (*Delivery).Key)
	deliveriesByID = deliveries.Index(func(d *Delivery) string { return d.ID })
)

// Delivery is one call of a target that is pending. Its maker writes it once; Attempts, NextAt and the last error are
// those of sending. It has all that the call needs, so rules, schedules and task definitions may be gone meanwhile.
type Delivery struct {
	// ID is a UUID. It is the client token of RunTask, so that a call that is repeated after a crash starts nothing twice.
	ID string
	// Number is the order in which deliveries were made. Put gives it.
	Number uint64
	Scope  arn.Scope
	// Source is the ARN of the rule, schedule, alarm or stack, Name its name. FromSchedule tells EventBridge Scheduler's from a rule's.
	Source, Name string
	FromSchedule bool
	TargetID     string // of a rule's target
	TargetARN    string
	RoleARN      string // empty: none
	// Resource is the first resource of the event: the order of events is kept for each target and resource.
	Resource string
	// Body is the input of the target: for ECS overrides, for another bus the event, else what is sent. Invalid says that
	// it is no JSON though it has to be: it becomes a dead letter (EVB0020.6).
	Body    string
	Invalid bool
	// ECS is what RunTask gets, of an ECS target.
	ECS *types.EcsParameters
	// MessageGroupID is for a queue that is FIFO.
	MessageGroupID string
	// DetailType and EventSource are for a bus as a target of a schedule.
	DetailType, EventSource string
	// Subject of a message to a topic of SNS.
	Subject string
	// Alarm, of an action of an alarm, is what its history wants to know in the end. Source and Name name the alarm.
	Alarm json.RawMessage
	// Passed tells how other buses have passed the event on before it came to the bus of the rule.
	Passed Passed

	DeadLetterARN string        // a queue; empty: none
	MaxAttempts   int           // retries after the first call
	MaxAge        time.Duration // after MadeAt
	MadeAt        time.Time
	// DueAt is when a schedule was due; zero for events.
	DueAt time.Time

	Attempts  int       // calls that have failed
	NextAt    time.Time // by the emulator's clock, when it is to be tried next
	LastError string    // of the last call: code and message
}

// Passed tells how an event has come to its bus: from another one of the Region, from one of another Region, or both ways
// after one another. AWS passes an event on once each way (EVB0023).
type Passed struct{ Within, Abroad bool }

// Retries of a target without a policy of its own. Source: EventBridge user guide, event retry policy and dead-letter
// queues; EventBridge Scheduler API reference, RetryPolicy.
const (
	DefaultAttempts = 185
	DefaultAge      = 24 * time.Hour
)

// Key of the row, with which watches are woken.
func (d *Delivery) Key() string { return key(d.Number) }

func key(number uint64) string { return fmt.Sprintf("%016x", number) }

// Find returns a delivery by its key, or nil.
func Find(tx *store.Tx, key string) *Delivery { return deliveries.Get(tx, key) }

// HasID reports whether a delivery with an id is pending.
func HasID(tx *store.Tx, id string) bool { return len(deliveriesByID.List(tx, id)) > 0 }

// Pending returns all deliveries, in the order in which they were made.
func Pending(tx *store.Tx) []*Delivery { return deliveries.List(tx, "") }

// Put writes a delivery. A new one, which has no number, gets it.
func Put(tx *store.Tx, d *Delivery) {
	if d.Number == 0 {
		d.Number = 1
		for last := range deliveries.Backward(tx, "") {
			d.Number = last.Number + 1
			break
		}
	}
	deliveries.Put(tx, d)
}

// Delete removes a delivery.
func Delete(tx *store.Tx, d *Delivery) { deliveries.Delete(tx, d) }

// OnDeliveries wakes a watch with the key of each delivery that is new, has changed or is gone.
func OnDeliveries() store.Source { return store.OnKeys(deliveries) }
