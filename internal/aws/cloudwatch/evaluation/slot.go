// Package evaluation decides the states of metric alarms. [Decide] is pure: an alarm and what its metric has, period by
// period, give a state, its reason and the data of that, or nothing. An Evaluator reads the metrics of all alarms that are
// due, and writes the states that change, all in one transaction.
package evaluation

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// Slot is a period that an alarm looks at.
type Slot struct {
	At    time.Time // when it began
	Real  bool      // it has a data point; else it is missing
	Value float64
	Count float64 // samples; 0: not known, as of metric math
}

// View is what is known when an alarm is evaluated.
type View struct {
	Alarm  *cloudwatch.Alarm
	Period time.Duration
	Slots  []Slot    // of the evaluation range, newest first
	At     time.Time // of the evaluation
}

// Range is how many periods an alarm looks at to find as many data points as it evaluates: a minute more, at least two
// periods. With periods of 10 s and three to evaluate these are nine (source: recorded answers); the user guide's examples
// have five of one minute. The rest is the emulator's choice.
func Range(a *cloudwatch.Alarm, period time.Duration) int {
	return int(a.EvaluationPeriods) + max(2, int(time.Minute/period))
}

// end is where the evaluation range ends: periods below a minute begin at their multiples, longer ones at any minute.
func end(at time.Time, period time.Duration) time.Time {
	return at.Truncate(min(period, time.Minute))
}

// slots are the slots of a range that ends, all of them missing.
func slots(end time.Time, period time.Duration, n int) []Slot {
	list := make([]Slot, n)
	for i := range list {
		list[i].At = end.Add(-time.Duration(i+1) * period)
	}
	return list
}
