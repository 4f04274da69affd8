package cloudformation

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	events = store.NewTable("cloudformation-event", func(e *Event) string {
		return fmt.Sprintf("%s\x00%012d", e.StackID, e.Number)
	})
	eventAges = events.Ages(func(e *Event) time.Time { return e.At }).AtMost(mostEvents)
)

// Events are kept as long as deleted stacks are; their number is the emulator's own.
const mostEvents = 100_000

// Event is something that has become of a stack or a resource (CFN-23). It does not change.
type Event struct {
	StackID   string
	Number    int // of the stack's events, from 1 on
	ID        string
	StackName string
	// OperationID and Token are of the operation; a rollback has its own id, and the token of what failed (CFN-30).
	OperationID, Token          string
	LogicalID, PhysicalID, Type string
	At                          time.Time
	Status, Reason, Detailed    string
	Properties                  string // JSON text (CFN-28), empty without any
}

// TypeStack is the type of a stack in its own events.
const TypeStack = "AWS::CloudFormation::Stack"

// AppendEvents adds events of one stack, gives them their numbers, and announces them.
func AppendEvents(tx *store.Tx, stackID string, added []*Event) {
	last := 0
	for e := range events.Backward(tx, stackID+"\x00") {
		last = e.Number
		break
	}
	for _, e := range added {
		numbered := *e
		last++
		numbered.StackID, numbered.Number = stackID, last
		events.Put(tx, &numbered)
		announce(tx, &numbered)
	}
}

// Events goes through a stack's, newest first. Nothing may be written to them meanwhile.
func Events(tx *store.Tx, stackID string) iter.Seq[*Event] {
	return events.Backward(tx, stackID+"\x00")
}

// EventsBefore goes through a stack's that come before one with a number, newest first: pages go on there.
func EventsBefore(tx *store.Tx, stackID string, number int) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for ; number > 1; number-- {
			e := events.Get(tx, stackID+"\x00"+fmt.Sprintf("%012s", strconv.Itoa(number-1)))
			if e == nil || !yield(e) {
				return
			}
		}
	}
}

// ForgetEvents removes those from before a time.
func ForgetEvents(tx *store.Tx, before time.Time) { eventAges.Forget(tx, before) }

// OnEvents wakes a watch with the id of a stack that has a new event.
func OnEvents() store.Source {
	return store.On(events, func(_, after *Event) []string {
		if after == nil {
			return nil
		}
		return []string{after.StackID}
	})
}
