package cloudwatch

import (
	"context"
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SetAlarmState sets the state of an alarm, with its reason and any JSON about that, which is kept as
// it came (CW0004).
func (a *API) SetAlarmState(ctx context.Context, in *sdk.SetAlarmStateInput) (*sdk.SetAlarmStateOutput, error) {
	if in.StateReasonData != nil && !json.Valid([]byte(*in.StateReasonData)) {
		return nil, errNotJSON
	}
	return &sdk.SetAlarmStateOutput{}, a.store.Update(func(tx *store.Tx) error {
		to := alarmstate.State{Value: in.StateValue, Reason: in.StateReason, Data: in.StateReasonData, At: a.now()}
		if alarm := cloudwatch.Alarms.Find(tx, awsapi.CallScope(ctx), *in.AlarmName); alarm != nil {
			alarmstate.Set(tx, alarm, to)
		} else if composite := cloudwatch.Composites.Find(tx, awsapi.CallScope(ctx), *in.AlarmName); composite != nil {
			alarmstate.SetComposite(tx, composite, to)
		} else {
			return errNoAlarm
		}
		return nil
	})
}
