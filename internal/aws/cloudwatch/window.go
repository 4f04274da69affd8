package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Window is how long an alarm takes to tell of trouble: its evaluation periods, or those of the slowest alarm that the rule
// of a composite alarm names, which is the emulator's choice. It is 0 if there is no such alarm.
func Window(tx *store.Tx, alarmARN string) time.Duration {
	return window(tx, alarmARN, map[string]bool{})
}

// window is the window of an alarm. What has been seen does not count again: rules may go in a circle.
func window(tx *store.Tx, alarmARN string, seen map[string]bool) (longest time.Duration) {
	if seen[alarmARN] {
		return 0
	}
	seen[alarmARN] = true
	scope := arn.ScopeOf(alarmARN)
	if a := AlarmByARN(tx, scope, alarmARN); a != nil {
		return time.Duration(a.EvaluationPeriods) * a.LongestPeriod()
	}
	if c := CompositeByARN(tx, scope, alarmARN); c != nil {
		for _, child := range c.Children {
			longest = max(longest, window(tx, child, seen))
		}
	}
	return longest
}
