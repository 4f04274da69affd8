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

// PutCompositeAlarm makes an alarm whose state follows from those of others, or replaces all settings of the one that there
// is. Its state follows the rule at once, and its tags stay (source: recorded answers).
func (a *API) PutCompositeAlarm(ctx context.Context, in *sdk.PutCompositeAlarmInput) (*sdk.PutCompositeAlarmOutput, error) {
	settings, names, err := compositeSettingsOf(in)
	if err != nil {
		return nil, err
	}
	scope, now := awsapi.CallScope(ctx), a.now()
	made := &cloudwatch.Composite{Scope: scope, Name: *in.AlarmName, CompositeSettings: *settings, ConfiguredAt: now}
	if made.Children, err = childrenOf(made, names); err != nil {
		return nil, err
	}
	return &sdk.PutCompositeAlarmOutput{}, a.store.Update(func(tx *store.Tx) error {
		there := cloudwatch.Composites.Find(tx, scope, made.Name)
		if there != nil && reflect.DeepEqual(there.CompositeSettings, *settings) {
			return nil // changes nothing (source: recorded answers)
		}
		if err := checkRelations(tx, made); err != nil {
			return err
		}
		after := *made
		if there != nil {
			after = *there
			after.CompositeSettings, after.Children, after.ConfiguredAt = made.CompositeSettings, made.Children, now
		} else if after.Tags, err = withTags(ctx, nil, in.Tags); err != nil {
			return err
		}
		alarmstate.Configure(tx, there, &after, now)
		return nil
	})
}
