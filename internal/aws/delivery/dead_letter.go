package delivery

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// keptDeadLetters is how many deliveries that were given up can be looked at.
const keptDeadLetters = 100

var deadLetters = store.NewLog[DeadLetter]("dead-letter", keptDeadLetters)

// DeadLetter is a delivery that was given up.
type DeadLetter struct {
	ID, Source, Name    string // those of the delivery
	TargetID, TargetARN string
	MadeAt              time.Time
	Body                string
	Code, Message       string // of the last call
	Retries             int
	// Exhausted is the limit of the retry policy that has ended the retries; empty: the call failed for good.
	Exhausted Exhausted
	QueueARN  string // empty: the target has no dead-letter queue
	// QueueError says why the queue has not got it; empty: it has, or there is none.
	QueueError string
}

// Exhausted is a limit of a retry policy, as dead letters name it.
type Exhausted string

// The limits. Source: EventBridge user guide, dead-letter queues.
const (
	ExhaustedAttempts Exhausted = "MaximumRetryAttempts"
	ExhaustedAge      Exhausted = "MaximumEventAgeInSeconds"
)

// AppendDeadLetter keeps a delivery that was given up.
func AppendDeadLetter(tx *store.Tx, l *DeadLetter, at time.Time) { deadLetters.Append(tx, l, at) }

// DeadLetters returns the deliveries that were given up last, oldest first.
func DeadLetters(s *store.Store) []store.Entry[DeadLetter] {
	list, _, _ := deadLetters.Since(s, 0)
	return list
}
