package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// shortPeriod is how often alarms with periods below a minute are evaluated, and all others each minute. Source: recorded
// answers of AWS.
const shortPeriod = 10 * time.Second

// EvaluatedEvery is how often the alarm is evaluated.
func (a *Alarm) EvaluatedEvery() time.Duration {
	if a.Period > 0 && a.Period < 60 {
		return shortPeriod
	}
	return time.Minute
}

// OnAlarmDemand wakes a key when a change of an alarm may change how often alarms are evaluated.
func OnAlarmDemand(key string) store.Source {
	return store.On(alarms, func(before, after *Alarm) []string {
		if before != nil && after != nil && before.EvaluatedEvery() == after.EvaluatedEvery() {
			return nil
		}
		return []string{key}
	})
}

// AlarmDemand is how often the alarm is evaluated that is evaluated most often; 0: there is no alarm.
func AlarmDemand(tx *store.Tx) (step time.Duration) {
	for a := range alarms.Forward(tx, "") {
		if step = a.EvaluatedEvery(); step < time.Minute {
			return step
		}
	}
	return step
}
