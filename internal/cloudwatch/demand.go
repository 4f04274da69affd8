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
	periods := []int32{a.Period}
	for _, q := range a.Metrics {
		if q.MetricStat != nil && q.MetricStat.Period != nil {
			periods = append(periods, *q.MetricStat.Period)
		} else if q.Period != nil {
			periods = append(periods, *q.Period)
		}
	}
	for _, p := range periods {
		if p > 0 && p < 60 {
			return shortPeriod
		}
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
