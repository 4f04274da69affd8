package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// InitialReason is that of an alarm's first state (CW0001.3).
const InitialReason = "Unchecked: Initial alarm creation"

// Begin gives a new alarm its first state.
func (a *Alarm) Begin(now time.Time) {
	reason := InitialReason
	a.State, a.Reason, a.StateAt, a.ChangedAt = types.StateValueInsufficientData, &reason, now, now
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

// OnCompositeStates is OnAlarmStates of composite alarms.
func OnCompositeStates() store.Source {
	return store.On(composites, func(before, after *Composite) []string {
		switch {
		case before == nil:
			return []string{after.ARN()}
		case after == nil || after.State != before.State:
			return []string{before.ARN()}
		}
		return nil
	})
}
