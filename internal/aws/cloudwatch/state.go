package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// InitialReason of an alarm's first state (CW0001.3).
const InitialReason = "Unchecked: Initial alarm creation"

// Begin gives a new alarm its first state.
func (a *Alarm) Begin(now time.Time) {
	reason := InitialReason
	a.State, a.Reason, a.StateAt, a.ChangedAt = types.StateValueInsufficientData, &reason, now, now
}

// Standing is the state of an alarm of any type. At is when it was last written, and ChangedAt when it became another one.
type Standing struct {
	ARN           string
	State         types.StateValue
	At, ChangedAt time.Time
	Alarmed       int // how many times it became ALARM
}

func (a *Alarm) standing() Standing {
	return Standing{a.ARN(), a.State, a.StateAt, a.ChangedAt, a.Alarmed}
}

func (c *Composite) standing() Standing {
	return Standing{c.ARN(), c.State, c.StateAt, c.ChangedAt, c.Alarmed}
}

// StandingOf returns the state of an alarm by its ARN; nil if there is none.
func StandingOf(tx *store.Tx, alarmARN string) *Standing {
	if a := Alarms.Get(tx, alarmARN); a != nil {
		return new(a.standing())
	}
	if c := Composites.Get(tx, alarmARN); c != nil {
		return new(c.standing())
	}
	return nil
}

// OnStates wake a watch with the ARN of each alarm, composite ones included, that has another state, is new, or is gone.
func OnStates() []store.Source {
	return []store.Source{store.On(Alarms.Table, stateChange[*Alarm]), store.On(Composites.Table, stateChange[*Composite])}
}

// OnStatesOf are [OnStates] for what heeds alarms, which heeds names by the ARN of an alarm.
func OnStatesOf(heeds func(alarmARN string) []string) []store.Source {
	return []store.Source{store.On(Alarms.Table, heeding[*Alarm](heeds)), store.On(Composites.Table, heeding[*Composite](heeds))}
}

// OnAlarmRemovals wakes what uses a metric alarm that has been removed: users says that, by its name.
func OnAlarmRemovals(users func(name string) []string) store.Source {
	return store.OnRemovals(Alarms.Table, func(a *Alarm) []string { return users(a.Name) })
}

func heeding[A interface {
	comparable
	standing() Standing
}](heeds func(alarmARN string) []string) func(before, after A) []string {
	return func(before, after A) (all []string) {
		for _, alarm := range stateChange(before, after) {
			all = append(all, heeds(alarm)...)
		}
		return all
	}
}

func stateChange[A interface {
	comparable
	standing() Standing
}](before, after A) []string {
	var none A
	switch {
	case before == none:
		return []string{after.standing().ARN}
	case after == none || after.standing().State != before.standing().State:
		return []string{before.standing().ARN}
	}
	return nil
}
