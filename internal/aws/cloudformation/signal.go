package cloudformation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TypeWaitConditionHandle is the type of resources whose signals wait conditions take.
const TypeWaitConditionHandle = "AWS::CloudFormation::WaitConditionHandle"

var (
	signals    = store.NewTable("cloudformation-signal", func(s *Signal) string { return s.prefix() + s.UniqueID })
	newSignals = signals.Index(func(s *Signal) string {
		if s.Heard {
			return ""
		}
		return s.StackID
	})
)

// Signal is one that a physical resource has got: an action on it that is under way may wait for it, and what is sent to a handle
// stays as long as the handle. A request writes it, or the decision in which a handler has seen it; from then on it is the
// decisions' alone.
type Signal struct {
	StackID, LogicalID, Incarnation string
	UniqueID                        string // the first signal that has it counts, and no other
	Failed                          bool   // FAILURE, else SUCCESS
	Data, Reason                    string // of what is sent to a handle
	At                              time.Time
	// Heard says that a decision has taken it in, so handlers get it.
	Heard bool
}

// prefix begins the keys of the signals of a physical resource.
func (s *Signal) prefix() string {
	return s.StackID + "\x00" + s.LogicalID + "\x00" + s.Incarnation + "\x00"
}

// Source is a physical resource that signals are sent to.
type Source struct{ LogicalID, Incarnation string }

func (s Source) prefix(stackID string) string {
	return (&Signal{StackID: stackID, LogicalID: s.LogicalID, Incarnation: s.Incarnation}).prefix()
}

// HeardSignals returns those that have been sent to a physical resource and that a decision has taken in, in order of their unique
// ids.
func HeardSignals(tx *store.Tx, stackID string, of Source) (list []*Signal) {
	for s := range signals.Forward(tx, of.prefix(stackID)) {
		if s.Heard {
			list = append(list, s)
		}
	}
	return list
}

// NewSignals returns a stack's signals that no decision has taken in.
func NewSignals(tx *store.Tx, stackID string) []*Signal { return newSignals.List(tx, stackID) }

// AddSignal writes a signal, unless there is one of its unique id: that is the same one sent again.
// Source: CloudFormation user guide, wait condition signal JSON format.
func AddSignal(tx *store.Tx, s *Signal) {
	if signals.Get(tx, s.prefix()+s.UniqueID) == nil {
		signals.Put(tx, s)
	}
}

// hear writes that a decision has taken a signal in.
func hear(tx *store.Tx, s *Signal) {
	heard := *s
	if now := signals.Get(tx, s.prefix()+s.UniqueID); now != nil { // another one of the id has come first
		heard = *now
	}
	heard.Heard = true
	signals.Put(tx, &heard)
}

// forgetSignals removes all of a physical resource.
func forgetSignals(tx *store.Tx, stackID string, of Source) {
	for _, s := range signals.List(tx, of.prefix(stackID)) {
		signals.Delete(tx, s)
	}
}
