package evaluation

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// reason is why an alarm comes to a state. Source of the words: recorded answers; those of periods without a data point
// that decides, beside others that have one, are the emulator's choice.
func (e *evaluated) reason(state types.StateValue) string {
	if state == types.StateValueInsufficientData {
		return fmt.Sprintf("Insufficient Data: %s unknown.", are(e.periods, "datapoint"))
	}
	deciding, filled := e.good, ""
	if state == types.StateValueAlarm {
		deciding = e.bad
	}
	if treats := treatment(e.Alarm); e.missing > 0 && (treats == breaching || treats == notBreaching) {
		as := map[string]string{breaching: "Breaching", notBreaching: "NonBreaching"}[treats]
		filled = fmt.Sprintf("%s treated as [%s]", are(e.missing, "missing datapoint"), as)
	}
	switch {
	case len(e.real) == 0:
		return fmt.Sprintf("Threshold Crossed: no datapoints were received for %s and %s.", some(e.periods, "period"), filled)
	case len(deciding) == 0:
		return "Threshold Crossed: " + filled + e.minimum(state) + "."
	case filled != "":
		filled = " and " + filled
	}
	return "Threshold Crossed: " + e.compared(deciding, state) + filled + e.minimum(state) + "."
}

// compared tells the values that decide, newest first.
func (e *evaluated) compared(deciding []Slot, state types.StateValue) string {
	values := make([]string, len(deciding))
	for i, s := range deciding {
		values[i] = alarmstate.Double(s.Value).String() + " (" + s.At.UTC().Format("02/01/06 15:04:05") + ")"
	}
	how := some(len(deciding), "datapoint")
	if e.Alarm.DatapointsToAlarm != nil {
		how = fmt.Sprintf("%d out of the last %d datapoints", len(deciding), e.periods)
	}
	verb := "were "
	if len(deciding) == 1 {
		verb = "was "
	}
	if state == types.StateValueOk {
		verb += "not "
	}
	return how + " [" + strings.Join(values, ", ") + "] " + verb + comparisons[e.Alarm.Comparison] + " the threshold (" + alarmstate.Double(e.Alarm.Threshold).String() + ")"
}

var comparisons = map[types.ComparisonOperator]string{
	types.ComparisonOperatorGreaterThanThreshold:          "greater than",
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: "greater than or equal to",
	types.ComparisonOperatorLessThanThreshold:             "less than",
	types.ComparisonOperatorLessThanOrEqualToThreshold:    "less than or equal to",
}

// minimum tells how many data points it takes, of an alarm that says so itself.
func (e *evaluated) minimum(state types.StateValue) string {
	if e.Alarm.DatapointsToAlarm == nil {
		return ""
	}
	way := "ALARM -> OK"
	if state == types.StateValueAlarm {
		way = "OK -> ALARM"
	}
	return fmt.Sprintf(" (minimum %s for %s transition)", some(e.needed(state), "datapoint"), way)
}

// needed is how many data points bring an alarm to a state.
func (e *evaluated) needed(state types.StateValue) int {
	if state == types.StateValueOk {
		return e.periods - e.toAlarm + 1
	}
	return e.toAlarm
}

func some(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func are(n int, what string) string {
	if n == 1 {
		return some(n, what) + " was"
	}
	return some(n, what) + " were"
}
