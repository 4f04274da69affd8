package cloudwatch

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

var actions = store.NewTable("cloudwatch-action", (*Action).Key)

// Action is something that an alarm is to do, since it has changed its state or, for a scaling policy, has stayed in
// ALARM. It is written with the change of state, so that a crash loses none, and removed by the controller that does it,
// with the line in the history of the alarm: scaling policies by Application Auto Scaling, all else by package alarmaction.
type Action struct {
	Number   uint64 // in the order in which actions came; PutAction gives it
	ARN      string // what is to be done: a scaling policy, a topic of SNS, a function of Lambda …
	Alarm    string // ARN
	Old, New types.StateValue
	Reason   string
	Data     string // of the reason: JSON; empty: there is none
	At       time.Time
	Repeated bool // the state has not changed
}

// Key of the row, with which watches are woken.
func (a *Action) Key() string { return fmt.Sprintf("%016x", a.Number) }

// FindAction returns an action by its key, or nil.
func FindAction(tx *store.Tx, key string) *Action { return actions.Get(tx, key) }

// PutAction writes an action. A new one, which has no number, gets it.
func PutAction(tx *store.Tx, a *Action) {
	if a.Number == 0 {
		a.Number = 1
		for last := range actions.Backward(tx, "") {
			a.Number = last.Number + 1
			break
		}
	}
	actions.Put(tx, a)
}

// DeleteAction removes an action that is done.
func DeleteAction(tx *store.Tx, a *Action) { actions.Delete(tx, a) }

// OnActions wakes a watch with the key of each action that is new or gone.
func OnActions() store.Source { return store.OnKeys(actions) }
