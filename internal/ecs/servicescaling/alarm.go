package servicescaling

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
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
	return c.update(key, func(tx *store.Tx) {
		now := c.Clock.Now()
		var signals []decision.Signal
		for _, a := range waits(tx) {
			signal, problem := signalOf(tx, a)
			managed := autoscaling.PolicyByARN(tx, arn.ScopeOf(a.Alarm), a.ARN) != nil
			switch {
			case managed:
				problem = "" // ECS scales the group by its own data points, which are those of the alarm
			case problem == "":
				signals = append(signals, signal)
			}
			alarmstate.Done(tx, a, outcomeOf(a, problem), now)
			cloudwatch.DeleteAction(tx, a)
		}
		if t := applicationautoscaling.Targets.Get(tx, key); t != nil && len(signals) > 0 {
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
	return signalWith(alarm, policy, string(a.New), values), ""
}

// signalWith is that an alarm asks for a policy, because of its state and of data points of its metric.
func signalWith(a *cloudwatch.Alarm, p *applicationautoscaling.Policy, state string, values []float64) decision.Signal {
	return decision.Signal{Policy: p, Alarm: a.Name, State: state, Threshold: a.Threshold, Below: below(a), Values: values}
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

// repeats reports whether the newest activity says the same already (AAS0021.4).
func repeats(last *applicationautoscaling.Activity, reason *types.NotScaledReason) bool {
	return last != nil && len(last.NotScaled) == 1 && *last.NotScaled[0].Code == *reason.Code
}

// statusOf is the status of an activity that changes nothing. Source: recorded answers.
func statusOf(reason *types.NotScaledReason) types.ScalingActivityStatusCode {
	if *reason.Code == decision.AtDesired {
		return successful
	}
	return failed
}

// outcomeOf is what the history of an alarm says of an action. Source: recorded answers.
func outcomeOf(a *cloudwatch.Action, problem string) alarmstate.Outcome {
	switch {
	case problem == "":
		return alarmstate.Succeeded(a.ARN)
	case strings.HasPrefix(problem, unsafe[:strings.IndexByte(unsafe, ':')]):
		return alarmstate.Outcome{Summary: "Skipping autoscaling action: " + problem, Error: problem}
	}
	return alarmstate.Outcome{Summary: "Failed to execute AutoScaling action: " + problem, Error: problem}
}
