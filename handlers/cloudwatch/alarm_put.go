package cloudwatch

import (
	"context"
	"reflect"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutMetricAlarm makes an alarm, or replaces all settings of the one that there is. Its state stays,
// and so do its tags (CW0002).
func (a *API) PutMetricAlarm(ctx context.Context, in *sdk.PutMetricAlarmInput) (*sdk.PutMetricAlarmOutput, error) {
	settings, err := settingsOf(in)
	if err != nil {
		return nil, err
	}
	scope, now := awsapi.CallScope(ctx), a.now()
	for _, q := range settings.Metrics {
		if q.AccountId != nil && *q.AccountId != scope.Account {
			return nil, notBuilt("alarms on metrics of other accounts")
		}
	}
	return &sdk.PutMetricAlarmOutput{}, a.store.Update(func(tx *store.Tx) error {
		if there := cloudwatch.Alarms.Find(tx, scope, *in.AlarmName); there != nil {
			a.configure(tx, there, *settings)
			return nil
		}
		if cloudwatch.Composites.Find(tx, scope, *in.AlarmName) != nil {
			return validation("AlarmName [%s] is already used by another alarm of a different type", *in.AlarmName)
		}
		made := &cloudwatch.Alarm{Scope: scope, Name: *in.AlarmName, Settings: *settings, ConfiguredAt: now}
		made.Begin(now)
		if made.Tags, err = withTags(ctx, nil, in.Tags); err != nil {
			return err
		}
		cloudwatch.Alarms.Put(tx, made)
		alarmstate.Configured(tx, nil, made, now)
		return nil
	})
}

// configure gives an alarm other settings. Those that it has change nothing (CW0002.4). An empty
// reason of its state is told no more afterwards (CW0004.5).
func (a *API) configure(tx *store.Tx, alarm *cloudwatch.Alarm, s cloudwatch.Settings) {
	if reflect.DeepEqual(alarm.Settings, s) {
		return
	}
	changed := *alarm
	changed.Settings, changed.ConfiguredAt = s, a.now()
	if changed.Reason != nil && *changed.Reason == "" {
		changed.Reason = nil
	}
	cloudwatch.Alarms.Put(tx, &changed)
	alarmstate.Configured(tx, alarm, &changed, changed.ConfiguredAt)
}
