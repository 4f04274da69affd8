package cloudwatch

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// shortPeriod is how often alarms with periods below a minute are evaluated, and all others each minute. Source: recorded
// answers of AWS.
const shortPeriod = 10 * time.Second

// manyDays is how far an alarm looks back that is evaluated each hour. Source: CloudWatch user guide, alarm evaluation.
const manyDays = 24 * time.Hour

// EvaluatedEvery is how often the alarm is evaluated.
func (a *Alarm) EvaluatedEvery() time.Duration {
	for _, p := range a.periods() {
		if p > 0 && p < 60 {
			return shortPeriod
		}
	}
	if a.LongestPeriod()*time.Duration(a.EvaluationPeriods) > manyDays {
		return time.Hour
	}
	return time.Minute
}

// LongestPeriod is the period of the alarm's metric, or the longest of its queries.
func (a *Alarm) LongestPeriod() time.Duration {
	return time.Duration(slices.Max(a.periods())) * time.Second
}

// periods are the periods of the metric and the queries, in seconds; there is one at least, which may be 0.
func (a *Alarm) periods() []int32 {
	periods := []int32{a.Period}
	for _, q := range a.Metrics {
		if q.MetricStat != nil && q.MetricStat.Period != nil {
			periods = append(periods, *q.MetricStat.Period)
		} else if q.Period != nil {
			periods = append(periods, *q.Period)
		}
	}
	return periods
}

// OnAlarmDemand wakes a key when a change of an alarm may change how often alarms are evaluated.
func OnAlarmDemand(key string) store.Source {
	return store.On(Alarms.Table, func(before, after *Alarm) []string {
		if before != nil && after != nil && before.EvaluatedEvery() == after.EvaluatedEvery() {
			return nil
		}
		return []string{key}
	})
}

// AlarmDemand is how often the alarm is evaluated that is evaluated most often; 0: there is no alarm.
func AlarmDemand(tx *store.Tx) (step time.Duration) {
	for a := range Alarms.Forward(tx, "") {
		if step = min(a.EvaluatedEvery(), time.Minute); step < time.Minute {
			return step
		}
	}
	return step
}
