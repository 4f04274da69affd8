package alarmstate

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// Configuration is a change of an alarm's configuration. Of a new alarm there is nothing before, of one that is deleted
// nothing after.
type Configuration struct {
	Scope     arn.Scope
	ARN, Name string
	Type      types.AlarmType
	State     State // as it is after the change
	// HistoryBefore and HistoryAfter are the alarm as its history has it, EventBefore and EventAfter as its events have it.
	HistoryBefore, HistoryAfter any
	EventBefore, EventAfter     any
	At                          time.Time
}

// Configured writes what follows from a change of the configuration of a metric alarm. Before is nil for a new alarm,
// after for one that is deleted.
func Configured(tx *store.Tx, before, after *cloudwatch.Alarm, now time.Time) {
	about := after
	if after == nil {
		about = before
	}
	c := Configuration{Scope: about.Scope, ARN: about.ARN(), Name: about.Name, Type: types.AlarmTypeMetricAlarm, State: Of(about), At: now}
	if before != nil {
		c.HistoryBefore, c.EventBefore = alarmInHistory(before), alarmInEvents(before)
	}
	if after != nil {
		c.HistoryAfter, c.EventAfter = alarmInHistory(after), alarmInEvents(after)
	}
	RecordConfiguration(tx, c)
}

// configurationItem is the data of a history item about a configuration. Source: recorded answers.
type configurationItem struct {
	Version string          `json:"version"`
	Type    string          `json:"type"` // Create, Update or Delete
	Created any             `json:"createdAlarm,omitempty"`
	Updated any             `json:"updatedAlarm,omitempty"`
	Deleted any             `json:"deletedAlarm,omitempty"`
	Fields  json.RawMessage `json:"originalUpdatedFields,omitempty"` // as they were
}

// RecordConfiguration writes what follows from a change of an alarm's configuration.
func RecordConfiguration(tx *store.Tx, c Configuration) {
	item, what := configurationItem{Version: historyVersion}, ""
	detail := configurationDetail{
		AlarmName: c.Name, State: stateInEvents{Value: string(c.State.Value), Timestamp: Time(c.State.At)}, Configuration: c.EventAfter, Previous: c.EventBefore,
	}
	switch {
	case c.HistoryBefore == nil:
		what, item.Type, item.Created, detail.Operation = "created", "Create", c.HistoryAfter, "create"
	case c.HistoryAfter == nil:
		what, item.Type, item.Deleted, detail.Operation = "deleted", "Delete", c.HistoryBefore, "delete"
		detail.Configuration, detail.Previous, detail.State.Reason = c.EventBefore, nil, text(c.State.Reason)
	default:
		what, item.Type, item.Updated, detail.Operation = "updated", "Update", c.HistoryAfter, "update"
		item.Fields = changedFields(c.HistoryBefore, c.HistoryAfter)
	}
	cloudwatch.AddHistory(tx, &cloudwatch.HistoryItem{
		Scope: c.Scope, AlarmName: c.Name, AlarmType: c.Type, At: c.At, Type: types.HistoryItemTypeConfigurationUpdate,
		Summary: `Alarm "` + c.Name + `" ` + what, Data: string(marshal(item)),
	})
	state.AnnounceAlarm(tx, state.AlarmChange{AlarmARN: c.ARN, Detail: marshal(detail)}, c.At)
}

// changedFields are the members that have changed, as they were.
func changedFields(before, after any) json.RawMessage {
	was, is := members(before), members(after)
	fields := map[string]json.RawMessage{}
	for name, value := range was {
		if !bytes.Equal(value, is[name]) {
			fields[name] = value
		}
	}
	for name := range is {
		if _, had := was[name]; !had {
			fields[name] = json.RawMessage("null")
		}
	}
	return marshal(fields)
}

func members(v any) (of map[string]json.RawMessage) {
	if err := json.Unmarshal(marshal(v), &of); err != nil {
		panic("an alarm is no object: " + err.Error())
	}
	return of
}
