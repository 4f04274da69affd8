package alarmstate

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmrule"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// OfComposite is the state of a composite alarm.
func OfComposite(c *cloudwatch.Composite) State {
	return State{Value: c.State, Reason: c.Reason, Data: c.Data, At: c.StateAt, SuppressedBy: c.SuppressedBy, SuppressedReason: c.SuppressedReason}
}

// SetComposite writes the state of a composite alarm as a client wants it. It stays until an alarm that the rule names has
// another state. Source: CloudWatch API reference, SetAlarmState. The state that the alarm has changes nothing.
func SetComposite(tx *store.Tx, c *cloudwatch.Composite, to State) bool {
	if c.State == to.Value {
		return false
	}
	changed := *c
	changed.Follow(to.Value, aws.ToString(to.Reason), "", to.At, cloudwatch.StandingOf(tx, c.SuppressorARN()))
	changed.Reason, changed.Data = to.Reason, to.Data
	putComposite(tx, c, &changed)
	settle(tx, changed.ARN(), to.At)
	return true
}

// Configure writes the configuration of a composite alarm, evaluates it, and what follows from both. Before is nil for a
// new one (CW0031).
func Configure(tx *store.Tx, before, after *cloudwatch.Composite, now time.Time) {
	c, did := *after, "created"
	if before == nil {
		initial := cloudwatch.InitialReason
		c.State, c.Reason, c.StateAt, c.ChangedAt = types.StateValueInsufficientData, &initial, now, now
	} else {
		did = "updated"
	}
	cloudwatch.Composites.Put(tx, &c)
	configuredComposite(tx, before, &c, now)
	changed, suppressor := c, cloudwatch.StandingOf(tx, c.SuppressorARN())
	if value, because := evaluate(tx, &c); value != c.State {
		rule := "its alarm rule"
		if before != nil {
			rule = "its new alarm rule"
		}
		changed.Follow(value, c.ARN()+" was "+did+" and "+rule+" evaluates to "+string(value), because, now, suppressor)
		putComposite(tx, &c, &changed)
		settle(tx, c.ARN(), now)
	} else if changed.Reconsider(suppressor, now) {
		putComposite(tx, &c, &changed)
	}
}

// RemoveComposite deletes a composite alarm.
func RemoveComposite(tx *store.Tx, c *cloudwatch.Composite, now time.Time) {
	cloudwatch.Composites.Delete(tx, c)
	configuredComposite(tx, c, nil, now)
}

// Release ends a wait or an extension of a composite alarm whose time is over.
func Release(tx *store.Tx, c *cloudwatch.Composite, now time.Time) {
	changed := *c
	if changed.Release(now) {
		putComposite(tx, c, &changed)
	}
}

// mostFlips is how often an alarm of a circle of rules changes in one go. Where it ends is the emulator's choice.
const mostFlips = 3

// settle has all composite alarms follow an alarm that has changed its state or is gone, and those that follow from them, at the
// same time (CW0031.3). Each is written once, as it is in the end.
func settle(tx *store.Tx, alarmARN string, at time.Time) {
	w := &wave{tx: tx, at: at, composites: map[string]*cloudwatch.Composite{}, flips: map[string]int{}}
	for queue := []string{alarmARN}; len(queue) > 0; queue = queue[1:] {
		queue = append(queue, w.follow(queue[0])...)
	}
	changed := []string{alarmARN}
	for _, key := range w.order {
		before := cloudwatch.Composites.Get(tx, key)
		after := *before
		if target := w.composites[key]; target.State != before.State {
			after.Follow(target.State, *target.Reason, *target.Data, at, w.standing(after.SuppressorARN()))
			putComposite(tx, before, &after)
			changed = append(changed, key)
		}
	}
	for _, key := range changed {
		heed(tx, key, at)
	}
}

// heed has the composite alarms that an alarm suppresses heed its state, or that it is gone.
func heed(tx *store.Tx, alarmARN string, at time.Time) {
	s := cloudwatch.StandingOf(tx, alarmARN)
	for _, c := range cloudwatch.Suppressed(tx, arn.ScopeOf(alarmARN), alarmARN) {
		changed := *c
		if changed.Heed(s, at) {
			putComposite(tx, c, &changed)
		}
	}
}

// wave is what follows from one change, before it is written.
type wave struct {
	tx         *store.Tx
	at         time.Time
	composites map[string]*cloudwatch.Composite // those that have changed, by ARN
	order      []string                         // in which they first changed
	flips      map[string]int
}

// standing is the state of an alarm as it will be; nil if there is none.
func (w *wave) standing(alarmARN string) *cloudwatch.Standing {
	if c := w.composites[alarmARN]; c != nil {
		return &cloudwatch.Standing{ARN: alarmARN, State: c.State, At: w.at, ChangedAt: w.at}
	}
	return cloudwatch.StandingOf(w.tx, alarmARN)
}

// follow evaluates the composite alarms that name an alarm, and tells which have changed.
func (w *wave) follow(alarmARN string) (changed []string) {
	cause := alarmARN + " was deleted at " // AWS's words are not known
	if s := w.standing(alarmARN); s != nil {
		cause = alarmARN + " transitioned to " + string(s.State) + " at "
	}
	for _, c := range cloudwatch.Parents(w.tx, arn.ScopeOf(alarmARN), alarmARN) {
		key, now := c.ARN(), c
		if known := w.composites[key]; known != nil {
			now = known
		}
		value, because := evaluateBy(now, w.standing)
		if value == now.State || w.flips[key] == mostFlips {
			continue
		}
		next, reason := *now, cause+w.at.UTC().Format(cloudwatch.TimeOfReason)
		next.State, next.Reason, next.Data = value, &reason, &because
		if w.composites[key] == nil {
			w.order = append(w.order, key)
		}
		w.composites[key], w.flips[key] = &next, w.flips[key]+1
		changed = append(changed, key)
	}
	return changed
}

// triggering are the alarms by whose states a rule holds or does not.
type triggering struct {
	Alarms []triggeringAlarm `json:"triggeringAlarms"`
}

type triggeringAlarm struct {
	ARN   string          `json:"arn"`
	State triggeringState `json:"state"`
}

type triggeringState struct {
	Value     types.StateValue `json:"value"`
	Timestamp string           `json:"timestamp"`
}

// evaluate is the state that a composite alarm is to have, and JSON about the reason.
func evaluate(tx *store.Tx, c *cloudwatch.Composite) (types.StateValue, string) {
	return evaluateBy(c, func(alarmARN string) *cloudwatch.Standing { return cloudwatch.StandingOf(tx, alarmARN) })
}

func evaluateBy(c *cloudwatch.Composite, standing func(alarmARN string) *cloudwatch.Standing) (types.StateValue, string) {
	rule, err := alarmrule.Parse(c.Rule)
	if err != nil {
		return c.State, "" // it was refused when it came
	}
	holds, because := rule.Holds(func(name string) types.StateValue {
		if s := standing(cloudwatch.AlarmARN(c.Scope, name)); s != nil {
			return s.State
		}
		return ""
	})
	by := triggering{Alarms: []triggeringAlarm{}}
	for _, name := range because {
		s := standing(cloudwatch.AlarmARN(c.Scope, name))
		if s != nil && !slices.ContainsFunc(by.Alarms, func(a triggeringAlarm) bool { return a.ARN == s.ARN }) {
			by.Alarms = append(by.Alarms, triggeringAlarm{s.ARN, triggeringState{s.State, Time(s.At)}})
		}
	}
	value := types.StateValueOk
	if holds {
		value = types.StateValueAlarm
	}
	return value, string(wire.MustText(by))
}
