// Package alarmstate writes the states of alarms, and what follows from a change in the same transaction: an item in
// their history, an event, and the actions that are to be done.
//
//	alarmstate.Set(tx, alarm, alarmstate.State{Value: types.StateValueAlarm, Reason: &reason, At: now})
package alarmstate

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type State struct {
	Value  types.StateValue
	Reason *string
	Data   *string // JSON about the reason; nil: there is none
	// Points are the values of the data points that an evaluation has found, oldest first. Nil: it found none, or a client
	// sets the state, whose Data may have some.
	Points []float64
	At     time.Time
	// SuppressedBy and SuppressedReason say why the actions of a composite alarm are not done; empty: they are.
	SuppressedBy     types.ActionsSuppressedBy
	SuppressedReason string
}

// Change is the change of an alarm's state.
type Change struct {
	Scope         arn.Scope
	ARN, Name     string
	Type          types.AlarmType
	Old, New      State
	Actions       []string // ARNs of what is to be done now; none if actions are disabled or suppressed
	Configuration any      // as its event has it
}

// Set writes the state of a metric alarm. The state that the alarm has changes nothing, not even its reason (CW0004.2),
// and is reported as false.
func Set(tx *store.Tx, a *cloudwatch.Alarm, to State) bool {
	if a.State == to.Value {
		return false
	}
	changed := *a
	changed.State, changed.Reason, changed.Data, changed.StateAt, changed.ChangedAt = to.Value, to.Reason, to.Data, to.At, to.At
	if to.Value == types.StateValueAlarm {
		changed.Alarmed++
	}
	cloudwatch.Alarms.Put(tx, &changed)
	c := Change{
		Scope: a.Scope, ARN: a.ARN(), Name: a.Name, Type: types.AlarmTypeMetricAlarm, Old: Of(a), New: to,
		Configuration: stateConfiguration{metricsInEvents(a), a.Description},
	}
	if a.ActionsEnabled {
		c.Actions = a.ActionsFor(to.Value)
	}
	Record(tx, c)
	settle(tx, a.ARN(), to.At)
	return true
}

// Of is the state of a metric alarm.
func Of(a *cloudwatch.Alarm) State {
	return State{Value: a.State, Reason: a.Reason, Data: a.Data, At: a.StateAt}
}

// Record writes what follows from the change of a state, or of what suppresses a composite alarm, which is no item of the
// history by itself.
func Record(tx *store.Tx, c Change) {
	if c.Old.Value != c.New.Value {
		cloudwatch.AddHistory(tx, &cloudwatch.HistoryItem{
			Scope: c.Scope, AlarmName: c.Name, AlarmType: c.Type, At: c.New.At, Type: types.HistoryItemTypeStateUpdate,
			Summary: "Alarm updated from " + string(c.Old.Value) + " to " + string(c.New.Value), Data: stateHistory(c),
		})
	}
	cloudwatch.AnnounceAlarm(tx, cloudwatch.AlarmChange{AlarmARN: c.ARN, NewState: string(c.New.Value), Detail: stateDetail(c)}, c.New.At)
	for _, action := range c.Actions {
		cloudwatch.PutAction(tx, &cloudwatch.Action{
			ARN: action, Alarm: c.ARN, AlarmType: c.Type, Old: c.Old.Value, New: c.New.Value, Reason: aws.ToString(c.New.Reason),
			Data: aws.ToString(c.New.Data), Points: c.New.Points, At: c.New.At, Event: stateDetail(c),
		})
	}
}

// Repeat writes an action again whose alarm stays in its state (source: recorded answers).
func Repeat(tx *store.Tx, a *cloudwatch.Alarm, action string, now State) {
	cloudwatch.PutAction(tx, &cloudwatch.Action{
		ARN: action, Alarm: a.ARN(), AlarmType: types.AlarmTypeMetricAlarm, Old: a.State, New: a.State,
		Reason: aws.ToString(now.Reason), Data: aws.ToString(now.Data), Points: now.Points, At: now.At, Repeated: true,
	})
}
