package cloudwatch

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DeleteAlarms removes alarms: none, if one of them is in the rule of a composite alarm or suppresses its actions.
// Source: recorded answers. Of composite alarms it removes one at most (CloudWatch API reference; the words are the
// emulator's).
func (a *API) DeleteAlarms(ctx context.Context, in *sdk.DeleteAlarmsInput) (*sdk.DeleteAlarmsOutput, error) {
	scope, now := awsapi.CallScope(ctx), a.now()
	return &sdk.DeleteAlarmsOutput{}, a.store.Update(func(tx *store.Tx) error {
		composites := 0
		for _, name := range in.AlarmNames {
			alarmARN := cloudwatch.AlarmARN(scope, name)
			if len(cloudwatch.Parents(tx, scope, alarmARN))+len(cloudwatch.Suppressed(tx, scope, alarmARN)) > 0 {
				return validation("Cannot delete %s as there are composite alarm(s) depending on it.", name)
			}
			if cloudwatch.Composites.Find(tx, scope, name) != nil {
				composites++
			}
		}
		if composites > 1 {
			return validation("A request can delete one composite alarm at most.")
		}
		each(tx, scope, in.AlarmNames, func(alarm *cloudwatch.Alarm) { alarmstate.Remove(tx, alarm, now) },
			func(alarm *cloudwatch.Composite) { alarmstate.RemoveComposite(tx, alarm, now) })
		return nil
	})
}

// EnableAlarmActions has changes of state cause the actions of alarms.
func (a *API) EnableAlarmActions(ctx context.Context, in *sdk.EnableAlarmActionsInput) (*sdk.EnableAlarmActionsOutput, error) {
	return &sdk.EnableAlarmActionsOutput{}, a.switchActions(ctx, in.AlarmNames, true)
}

// DisableAlarmActions has changes of state cause no actions of alarms.
func (a *API) DisableAlarmActions(ctx context.Context, in *sdk.DisableAlarmActionsInput) (*sdk.DisableAlarmActionsOutput, error) {
	return &sdk.DisableAlarmActionsOutput{}, a.switchActions(ctx, in.AlarmNames, false)
}

func (a *API) switchActions(ctx context.Context, names []string, on bool) error {
	return a.store.Update(func(tx *store.Tx) error {
		each(tx, awsapi.CallScope(ctx), names, func(alarm *cloudwatch.Alarm) {
			settings := alarm.Settings
			settings.ActionsEnabled = on
			a.configure(tx, alarm, settings)
		}, func(alarm *cloudwatch.Composite) {
			if alarm.ActionsEnabled != on {
				changed := *alarm
				changed.ActionsEnabled, changed.ConfiguredAt = on, a.now()
				alarmstate.Configure(tx, alarm, &changed, changed.ConfiguredAt)
			}
		})
		return nil
	})
}

// each does something to alarms by their names. Unknown names are no error (CW0005.5, CW0005.7).
func each(tx *store.Tx, s arn.Scope, names []string, metric func(*cloudwatch.Alarm), composite func(*cloudwatch.Composite)) {
	for _, name := range names {
		if alarm := cloudwatch.Alarms.Find(tx, s, name); alarm != nil {
			metric(alarm)
		} else if alarm := cloudwatch.Composites.Find(tx, s, name); alarm != nil {
			composite(alarm)
		}
	}
}
