package stacks

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// inAlarm is whether an alarm of a scope is in the state ALARM, and whether there is one: of one metric, or a composite one.
func inAlarm(tx *store.Tx, s arn.Scope, alarmARN string) (alarm, found bool) {
	if a := cloudwatch.AlarmByARN(tx, s, alarmARN); a != nil {
		return a.State == types.StateValueAlarm, true
	}
	if c := cloudwatch.CompositeByARN(tx, s, alarmARN); c != nil {
		return c.State == types.StateValueAlarm, true
	}
	return false, false
}

// onAlarms wakes the stacks that watch an alarm when that comes to another state, or goes.
func onAlarms(users func(alarmARN string) []string) []store.Source {
	return []store.Source{
		store.On(cloudwatch.Alarms.Table, func(before, after *cloudwatch.Alarm) []string {
			if before == nil || after != nil && after.State == before.State {
				return nil
			}
			return users(before.ARN())
		}),
		store.On(cloudwatch.Composites.Table, func(before, after *cloudwatch.Composite) []string {
			if before == nil || after != nil && after.State == before.State {
				return nil
			}
			return users(before.ARN())
		}),
	}
}
