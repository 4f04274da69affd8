package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// initialReason is that of an alarm's first state (CW0001.3).
const initialReason = "Unchecked: Initial alarm creation"

// Begin gives a new alarm its first state.
func (a *Alarm) Begin(now time.Time) {
	reason := initialReason
	a.State, a.Reason, a.StateAt, a.ChangedAt = types.StateValueInsufficientData, &reason, now, now
}

// SetState writes the state of an alarm, with its reason and JSON about that, which may be absent.
// It reports whether there is such an alarm. The state that the alarm has changes nothing, not even
// its reason (CW0004.2).
func SetState(tx *store.Tx, s arn.Scope, name string, state types.StateValue, reason string, data *string, now time.Time) (found bool) {
	a := FindAlarm(tx, s, name)
	if a == nil || a.State == state {
		return a != nil
	}
	changed := *a
	changed.State, changed.Reason, changed.Data, changed.StateAt, changed.ChangedAt = state, &reason, data, now, now
	PutAlarm(tx, &changed)
	return true
}

// OnAlarmStates wakes a watch with the ARN of each alarm that has another state, is new, or is gone.
func OnAlarmStates() store.Source {
	return store.On(alarms, func(before, after *Alarm) []string {
		switch {
		case before == nil:
			return []string{after.ARN()}
		case after == nil || after.State != before.State:
			return []string{before.ARN()}
		}
		return nil
	})
}
