package alarmstate

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Outcome is what has become of an action.
type Outcome struct {
	Summary string // of the history: Successfully executed action …
	Error   string // empty: it succeeded
	Message string // what was published; empty: nothing was
}

// Succeeded is the outcome of an action that was done.
func Succeeded(action string) Outcome {
	return Outcome{Summary: "Successfully executed action " + action}
}

// Failed is the outcome of an action that was not done. Source of the words: field reports.
func Failed(action, why string) Outcome {
	return Outcome{Summary: "Failed to execute action " + action + ". Reason: " + why, Error: why}
}

// Done writes in the history of an alarm what has become of an action.
func Done(tx *store.Tx, a *cloudwatch.Action, o Outcome, now time.Time) {
	item := actionItem{State: "Succeeded", UpdatedAt: a.At.UnixMilli(), Resource: a.ARN}
	if o.Error != "" {
		item.State, item.Error = "Failed", &o.Error
	}
	if o.Message != "" {
		item.Message = &o.Message
	}
	cloudwatch.AddHistory(tx, &cloudwatch.HistoryItem{
		Scope: arn.ScopeOf(a.Alarm), AlarmName: cloudwatch.AlarmName(a.Alarm), AlarmType: a.AlarmType, At: now, Type: types.HistoryItemTypeAction,
		Summary: o.Summary, Data: string(wire.MustText(item)),
	})
}
