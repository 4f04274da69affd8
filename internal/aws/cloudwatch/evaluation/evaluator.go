package evaluation

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Evaluator evaluates alarms. Store, Metrics and Log are required.
type Evaluator struct {
	Store   *store.Store
	Metrics *metric.Store
	Log     *slog.Logger
	// Repeat reports whether a scaling policy would do something new, now that its alarm has stayed in ALARM, with the data
	// points that were evaluated, oldest first. It only looks. Nil: actions are not repeated.
	Repeat func(tx *store.Tx, a *cloudwatch.Alarm, policy string, values []float64) bool

	mu       sync.Mutex // of programs
	programs map[*types.MetricDataQuery]*metricmath.Program
}

// change is what an evaluation leads to.
type change struct {
	alarm  *cloudwatch.Alarm
	to     alarmstate.State
	repeat []string // scaling policies, if the alarm stays as it is
}

// Evaluate evaluates the alarms that are due at a time. Those that change get one transaction, with causes; without any
// there is none.
func (e *Evaluator) Evaluate(_ context.Context, at time.Time, causes func(tx *store.Tx)) error {
	var changes []change
	tx := e.Store.Read()
	for a := range cloudwatch.Alarms.Forward(tx, "") {
		if every := a.EvaluatedEvery(); !at.Equal(at.Truncate(every)) {
			continue
		}
		if c, ok := e.change(tx, a, at); ok {
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return e.Store.Update(func(tx *store.Tx) error {
		causes(tx)
		for _, c := range changes {
			now := cloudwatch.Alarms.Find(tx, c.alarm.Scope, c.alarm.Name)
			if now != c.alarm {
				continue // it has changed meanwhile: the next evaluation sees that
			}
			alarmstate.Set(tx, now, c.to)
			for _, policy := range c.repeat {
				alarmstate.Repeat(tx, now, policy, c.to)
			}
		}
		return nil
	})
}

// change is what follows for an alarm, if anything does. Texts are made for what follows alone: most alarms stay as they are.
func (e *Evaluator) change(tx *store.Tx, a *cloudwatch.Alarm, at time.Time) (c change, ok bool) {
	v := e.read(a, 0, at)
	found := evaluate(v)
	value, ok := found.state()
	switch {
	case !ok:
		return c, false
	case value != a.State:
		return change{alarm: a, to: found.become(value)}, true
	case value != types.StateValueAlarm || !e.mayRepeat(v):
		return c, false
	}
	for _, action := range a.AlarmActions {
		if IsScalingPolicy(action) && e.Repeat(tx, a, action, found.values()) {
			c.repeat = append(c.repeat, action)
		}
	}
	if len(c.repeat) == 0 {
		return c, false
	}
	c.alarm, c.to = a, found.become(value)
	return c, true
}

// mayRepeat reports whether actions of an alarm that stays in ALARM may be due again: each minute, with fresh data (source:
// recorded answers). Fresh is a data point in one of the last two periods; that is the emulator's choice.
func (e *Evaluator) mayRepeat(v View) bool {
	return e.Repeat != nil && v.Alarm.ActionsEnabled && v.At.Equal(v.At.Truncate(time.Minute)) && (v.Slots[0].Real || v.Slots[1].Real)
}

// IsScalingPolicy reports whether an action is a scaling policy of Application Auto Scaling.
func IsScalingPolicy(action string) bool {
	parts := strings.SplitN(action, ":", 6)
	return len(parts) == 6 && parts[2] == "autoscaling" && strings.HasPrefix(parts[5], "scalingPolicy:")
}

// Values are what the metric of an alarm has in its last evaluation periods, oldest first, without missing ones. They are
// nil for an alarm that cannot be evaluated.
func (e *Evaluator) Values(_ *store.Tx, a *cloudwatch.Alarm, now time.Time) (values []float64) {
	v := e.read(a, int(a.EvaluationPeriods), now)
	for i := range v.Slots {
		if s := v.Slots[len(v.Slots)-1-i]; s.Real {
			values = append(values, s.Value)
		}
	}
	return values
}
