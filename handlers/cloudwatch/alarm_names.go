package cloudwatch

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch/alarmstate"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// DeleteAlarms removes alarms.
func (a *API) DeleteAlarms(ctx context.Context, in *sdk.DeleteAlarmsInput) (*sdk.DeleteAlarmsOutput, error) {
	return &sdk.DeleteAlarmsOutput{}, a.each(ctx, in.AlarmNames, func(tx *store.Tx, alarm *cloudwatch.Alarm) {
		cloudwatch.DeleteAlarm(tx, alarm)
		alarmstate.Configured(tx, alarm, nil, a.now())
	})
}

// EnableAlarmActions has changes of state cause the actions of alarms.
func (a *API) EnableAlarmActions(ctx context.Context, in *sdk.EnableAlarmActionsInput) (*sdk.EnableAlarmActionsOutput, error) {
	return &sdk.EnableAlarmActionsOutput{}, a.each(ctx, in.AlarmNames, a.switchActions(true))
}

// DisableAlarmActions has changes of state cause no actions of alarms.
func (a *API) DisableAlarmActions(ctx context.Context, in *sdk.DisableAlarmActionsInput) (*sdk.DisableAlarmActionsOutput, error) {
	return &sdk.DisableAlarmActionsOutput{}, a.each(ctx, in.AlarmNames, a.switchActions(false))
}

func (a *API) switchActions(on bool) func(tx *store.Tx, alarm *cloudwatch.Alarm) {
	return func(tx *store.Tx, alarm *cloudwatch.Alarm) {
		settings := alarm.Settings
		settings.ActionsEnabled = on
		a.configure(tx, alarm, settings)
	}
}

// each does something to alarms by their names. Unknown names are no error (CW0005.5, CW0005.7).
func (a *API) each(ctx context.Context, names []string, do func(tx *store.Tx, alarm *cloudwatch.Alarm)) error {
	return a.store.Update(func(tx *store.Tx) error {
		for _, name := range names {
			if alarm := cloudwatch.FindAlarm(tx, awsapi.CallScope(ctx), name); alarm != nil {
				do(tx, alarm)
			}
		}
		return nil
	})
}
