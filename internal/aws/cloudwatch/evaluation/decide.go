package evaluation

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// evaluated is what an alarm's evaluation periods have: the newest real data points of the range, and for the rest of the
// periods nothing. Real ones go before missing ones, however old they are (source: recorded answers).
type evaluated struct {
	View
	periods, toAlarm int    // N and M of "M out of N"
	real             []Slot // newest first
	bad, good        []Slot // of them: those that breach the threshold, and those that do not
	missing          int
}

func evaluate(v View) *evaluated {
	a := v.Alarm
	e := &evaluated{View: v, periods: int(a.EvaluationPeriods), toAlarm: int(a.EvaluationPeriods)}
	if a.DatapointsToAlarm != nil {
		e.toAlarm = int(*a.DatapointsToAlarm)
	}
	for _, s := range v.Slots {
		if !s.Real || len(e.real) == e.periods {
			continue
		}
		e.real = append(e.real, s)
		if breaches(a, s.Value) {
			e.bad = append(e.bad, s)
		} else {
			e.good = append(e.good, s)
		}
	}
	e.missing = e.periods - len(e.real)
	return e
}

func breaches(a *cloudwatch.Alarm, value float64) bool {
	switch a.Comparison {
	case types.ComparisonOperatorGreaterThanThreshold:
		return value > a.Threshold
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return value >= a.Threshold
	case types.ComparisonOperatorLessThanThreshold:
		return value < a.Threshold
	case types.ComparisonOperatorLessThanOrEqualToThreshold:
		return value <= a.Threshold
	}
	return false
}

// values are the values of the real data points, oldest first.
func (e *evaluated) values() (list []float64) {
	for _, s := range slices.Backward(e.real) {
		list = append(list, s.Value)
	}
	return list
}

// become is a state with its reason and data.
func (e *evaluated) become(value types.StateValue) alarmstate.State {
	reason, data := e.reason(value), e.data(value)
	return alarmstate.State{Value: value, Reason: &reason, Data: &data, Points: e.values(), At: e.At}
}

// How missing data are treated.
const (
	missing      = "missing"
	ignore       = "ignore"
	breaching    = "breaching"
	notBreaching = "notBreaching"
)

// treatment is how an alarm treats missing data. Without a setting DynamoDB's are ignored.
// Source: CloudWatch user guide, how alarms treat missing data.
func treatment(a *cloudwatch.Alarm) string {
	switch {
	case a.TreatMissingData != nil:
		return *a.TreatMissingData
	case a.Namespace == "AWS/DynamoDB":
		return ignore
	}
	return missing
}

// state decides (CW0021). Source of what the fact does not say: CloudWatch user guide, how alarms treat missing data.
func (e *evaluated) state() (state types.StateValue, ok bool) {
	treats := treatment(e.Alarm)
	switch {
	case len(e.real) > 0 && e.tooFewSamples():
		return "", false
	case len(e.bad) >= e.toAlarm, e.missing > 0 && treats == breaching && len(e.bad)+e.missing >= e.toAlarm:
		return types.StateValueAlarm, true
	case e.missing == 0, treats == breaching, treats == notBreaching, len(e.good) > 0:
		return types.StateValueOk, true
	case treats == ignore:
		return "", false
	case len(e.bad) == 0:
		return types.StateValueInsufficientData, true
	}
	// Fewer data points than it takes, all of which breach: as soon as the oldest of them is as old as it would be with all.
	oldest := slices.IndexFunc(e.Slots, func(s Slot) bool { return s.At.Equal(e.bad[len(e.bad)-1].At) })
	return types.StateValueAlarm, oldest+1 >= e.toAlarm
}

// tooFewSamples reports whether an alarm of a percentile keeps its state because the percentile says little.
// Source: CloudWatch user guide, percentile-based alarms and low data samples; recorded answers for p90.
func (e *evaluated) tooFewSamples() bool {
	a := e.Alarm
	if a.ExtendedStatistic == nil || a.LowSampleCountBehavior == nil || *a.LowSampleCountBehavior != ignore {
		return false
	}
	percent, err := strconv.ParseFloat(strings.TrimPrefix(*a.ExtendedStatistic, "p"), 64)
	if err != nil || !strings.HasPrefix(*a.ExtendedStatistic, "p") {
		return false
	}
	samples := 0.0
	for _, s := range e.real {
		samples += s.Count
	}
	const enough = 10 * 100 // samples beyond the percentile, in percent
	return samples*math.Min(percent, 100-percent) < enough
}
