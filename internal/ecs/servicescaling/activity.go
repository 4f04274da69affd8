package servicescaling

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Statuses of activities.
const (
	pending    = types.ScalingActivityStatusCodePending
	inProgress = types.ScalingActivityStatusCodeInProgress
	successful = types.ScalingActivityStatusCodeSuccessful
	overridden = types.ScalingActivityStatusCodeOverridden
	failed     = types.ScalingActivityStatusCodeFailed
)

// Texts of activities (AAS0020, AAS0021).

func settingCount(count int32) string { return fmt.Sprintf("Setting desired count to %d.", count) }

func minimumWas(count int32) string { return fmt.Sprintf("minimum capacity was set to %d", count) }

func maximumWas(count int32) string { return fmt.Sprintf("maximum capacity was set to %d", count) }

func triggered(alarm, alarmState, policy string) string {
	return fmt.Sprintf("monitor alarm %s in state %s triggered policy %s", alarm, alarmState, policy)
}

func wasTriggered(scheduledAction string) string {
	return fmt.Sprintf("scheduled action name %s was triggered", scheduledAction)
}

func waiting(count int32) *string {
	return message("Successfully set desired count to %d. Waiting for change to be fulfilled by ecs.", count)
}

func fulfilled(count int32) *string {
	return message("Successfully set desired count to %d. Change successfully fulfilled by ecs.", count)
}

func laterChanged(count, to int32) *string {
	return message("Successfully set desired count to %d. Found it was later changed to %d.", count, to)
}

// notScaling is the description of an activity that changes nothing.
const notScaling = "Attempting to scale due to alarm triggered"

func message(format string, values ...any) *string {
	text := fmt.Sprintf(format, values...)
	return &text
}

// begin writes a new activity that is to change a desired count. One before it that is still under way is over: a choice,
// as AWS was not seen with two.
func begin(tx *store.Tx, r applicationautoscaling.Resource, change applicationautoscaling.Change, cause string, now time.Time) {
	if last := applicationautoscaling.LastChange(tx, r.Key()); last != nil && last.Open() {
		end(tx, last, overridden, laterChanged(last.Change.To, change.To), now)
	}
	applicationautoscaling.AddActivity(tx, &applicationautoscaling.Activity{
		Of: r, ID: arn.NewUUID(), StartedAt: now, Description: settingCount(change.To), Cause: cause, Status: pending, Change: &change,
	})
}

// end writes how an activity has ended.
func end(tx *store.Tx, a *applicationautoscaling.Activity, status types.ScalingActivityStatusCode, text *string, now time.Time) {
	ended := *a
	ended.Status, ended.Message, ended.EndedAt = status, text, &now
	applicationautoscaling.PutActivity(tx, &ended)
}
