package cloudwatch

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	actions     = store.NewTable("cloudwatch-action", (*Action).Key)
	lastActions = store.NewTable("cloudwatch-last-action", (*lastAction).key)
)

// lastAction has the number of the newest action, which is the only row of its kind: a number is used once, though its action is gone.
type lastAction struct{ Number uint64 }

func (*lastAction) key() string { return "number" }

type ActionSettings struct {
	ActionsEnabled                         bool
	OKActions, AlarmActions, NoDataActions []string // ARNs
}

// ActionsFor are the ARNs of what is to be done when the alarm comes to a state.
func (s *ActionSettings) ActionsFor(state types.StateValue) []string {
	switch state {
	case types.StateValueAlarm:
		return s.AlarmActions
	case types.StateValueOk:
		return s.OKActions
	}
	return s.NoDataActions
}

// Action is something that an alarm is to do, since it has changed its state or, for a scaling policy, has stayed in
// ALARM. It is written with the change of state, so that a crash loses none, and removed by the controller that does it,
// with the line in the history of the alarm: scaling policies by Application Auto Scaling, all else by package alarmaction.
type Action struct {
	Number    uint64 // in the order in which actions came; PutAction gives it
	ARN       string // what is to be done: a scaling policy, a topic of SNS, a function of Lambda …
	Alarm     string // ARN
	AlarmType types.AlarmType
	Old, New  types.StateValue
	Reason    string
	Data      string    // of the reason: JSON; empty: there is none
	Points    []float64 `wire:",omitzero"` // see alarmstate.State
	At        time.Time
	RealAt    time.Time // the same by the machine's clock, by which clients may have made Data; PutAction gives it
	Repeated  bool      // the state has not changed
	// Event is the detail of the event about the change of state, which a function of Lambda gets as well.
	Event json.RawMessage
}

// Key of the row, with which watches are woken.
func (a *Action) Key() string { return fmt.Sprintf("%016x", a.Number) }

// FindAction returns an action by its key, or nil.
func FindAction(tx *store.Tx, key string) *Action { return actions.Get(tx, key) }

// PutAction writes an action. A new one, which has no number, gets it, with the time.
func PutAction(tx *store.Tx, a *Action) {
	if a.Number == 0 {
		a.Number, a.RealAt = nextNumber(tx), time.Now()
		lastActions.Put(tx, &lastAction{a.Number})
	}
	actions.Put(tx, a)
}

func nextNumber(tx *store.Tx) uint64 {
	if last := lastActions.Get(tx, (*lastAction)(nil).key()); last != nil {
		return last.Number + 1
	}
	for last := range actions.Backward(tx, "") { // of an emulator that kept no such row
		return last.Number + 1
	}
	return 1
}

// DeleteAction removes an action that is done.
func DeleteAction(tx *store.Tx, a *Action) { actions.Delete(tx, a) }

// Actions returns those that are not done, in their order.
func Actions(tx *store.Tx) []*Action { return actions.List(tx, "") }

// OnActionsBy wakes a watch with what a pure function makes of each action that is new; empty wakes none.
func OnActionsBy(key func(*Action) string) store.Source {
	return store.On(actions, func(before, after *Action) []string {
		if before != nil || after == nil {
			return nil
		}
		if woken := key(after); woken != "" {
			return []string{woken}
		}
		return nil
	})
}
