package servicescaling

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/applicationautoscaling/types"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// actOnAlarms decides what the alarms ask for whose actions wait for a target: all that do are one decision. The actions
// go in the transaction that has the history of their alarms say so, and that begins the activity.
func (c *Controller) actOnAlarms(key string) error {
	waits := func(tx *store.Tx) (found []*cloudwatch.Action) {
		for _, a := range cloudwatch.Actions(tx) {
			if actionKey(a) == key {
				found = append(found, a)
			}
		}
		return found
	}
	if len(waits(c.Store.Read())) == 0 {
		return nil
	}
	return c.update(key, func(tx *state.Tx) {
		now := c.Clock.Now()
		var signals []decision.Signal
		for _, a := range waits(tx) {
			signal, problem := signalOf(tx, a)
			if problem == "" {
				signals = append(signals, signal)
			}
			addHistory(tx, a, problem, now)
			cloudwatch.DeleteAction(tx, a)
		}
		if t := applicationautoscaling.TargetByKey(tx, key); t != nil && len(signals) > 0 {
			c.decide(tx, t, signals, now)
		}
	})
}

// signalOf is what an alarm's action asks for, or why it asks for nothing.
func signalOf(tx *store.Tx, a *cloudwatch.Action) (signal decision.Signal, problem string) {
	scope := arn.ScopeOf(a.Alarm)
	alarm, policy := cloudwatch.AlarmByARN(tx, scope, a.Alarm), applicationautoscaling.PolicyByARN(tx, scope, a.ARN)
	values, problem := dataPoints(a)
	switch {
	case policy == nil: // AWS's words are not known
		return signal, "No scaling policy found for " + a.ARN
	case alarm == nil:
		return signal, "No alarm found"
	case problem == unsafe:
		return signal, fmt.Sprintf(unsafe, alarm.Name)
	case problem != "":
		return signal, problem
	}
	return decision.Signal{
		Policy: policy, Alarm: alarm.Name, State: string(a.New), Threshold: alarm.Threshold, Below: below(alarm), Values: values,
	}, ""
}

// below reports whether an alarm is in ALARM below its threshold.
func below(a *cloudwatch.Alarm) bool {
	return a.Comparison == cwtypes.ComparisonOperatorLessThanThreshold || a.Comparison == cwtypes.ComparisonOperatorLessThanOrEqualToThreshold
}

// decide writes what comes of signals: an activity that changes the desired count, one that says why nothing changes, or
// none.
func (c *Controller) decide(tx *store.Tx, t *applicationautoscaling.Target, signals []decision.Signal, now time.Time) {
	service := serviceOf(tx, t.Of())
	if service == nil {
		return
	}
	d := decision.Decide(stateOf(tx, t, service, now), signals, c.peers(tx, t.Of(), now))
	if d.Signal == nil {
		return
	}
	cause := triggered(d.Signal.Alarm, d.Signal.State, d.Signal.Policy.Name)
	if change := d.Change; change != nil {
		begin(tx, t.Of(), applicationautoscaling.Change{
			From: change.From, To: change.To, Base: change.Base, Policy: d.Signal.Policy.Name, Cooldown: change.Cooldown,
		}, cause, now)
		return
	}
	if d.NotScaled != nil && !repeats(applicationautoscaling.LastActivity(tx, t.Of()), d.NotScaled) {
		applicationautoscaling.AddActivity(tx, &applicationautoscaling.Activity{
			Of: t.Of(), ID: arn.NewUUID(), StartedAt: now, Description: notScaling, Cause: cause, Status: statusOf(d.NotScaled),
			NotScaled: []types.NotScaledReason{*d.NotScaled},
		})
	}
}

// repeats reports whether the newest activity says the same already (recorded answers).
func repeats(last *applicationautoscaling.Activity, reason *types.NotScaledReason) bool {
	return last != nil && len(last.NotScaled) == 1 && *last.NotScaled[0].Code == *reason.Code
}

// statusOf is that of an activity that changes nothing. Source: recorded answers.
func statusOf(reason *types.NotScaledReason) types.ScalingActivityStatusCode {
	if *reason.Code == decision.AtDesired {
		return successful
	}
	return failed
}

// addHistory has the history of an alarm say what became of its action. Source: recorded answers; what the state of one
// that is skipped is called was not read.
func addHistory(tx *store.Tx, a *cloudwatch.Action, problem string, now time.Time) {
	scope := arn.ScopeOf(a.Alarm)
	_, name, _ := strings.Cut(a.Alarm, ":alarm:")
	data := actionData{State: "Succeeded", StateUpdated: a.At.UnixMilli(), Resource: a.ARN}
	summary := "Successfully executed action " + a.ARN
	if problem != "" {
		data.State, data.Error = "Failed", &problem
		summary = "Failed to execute AutoScaling action: " + problem
		if strings.HasPrefix(problem, unsafe[:len("Scaling deemed unsafe")]) {
			summary = "Skipping autoscaling action: " + problem
		}
	}
	text, err := json.Marshal(data)
	if err != nil {
		return // it is texts and a number
	}
	cloudwatch.AddHistory(tx, &cloudwatch.HistoryItem{
		Scope: scope, AlarmName: name, AlarmType: cwtypes.AlarmTypeMetricAlarm, At: now, Type: cwtypes.HistoryItemTypeAction, Summary: summary, Data: string(text),
	})
}

// actionData is the data of a line about an action.
type actionData struct {
	State        string  `json:"actionState"`
	StateUpdated int64   `json:"stateUpdateTimestamp"`
	Resource     string  `json:"notificationResource"`
	Published    *string `json:"publishedMessage"`
	Error        *string `json:"error"`
	MuteEnd      *int64  `json:"muteWindowEndTimestamp"`
}
