package alarmstate

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
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

// Remove deletes a metric alarm. Composite alarms that depend on it follow: a client cannot delete such an alarm, but what
// made one for itself can.
func Remove(tx *store.Tx, a *cloudwatch.Alarm, now time.Time) {
	cloudwatch.Alarms.Delete(tx, a)
	Configured(tx, a, nil, now)
	settle(tx, a.ARN(), now)
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
		detail.Configuration, detail.Previous, detail.State.Reason = c.EventBefore, nil, aws.ToString(c.State.Reason)
	default:
		what, item.Type, item.Updated, detail.Operation = "updated", "Update", c.HistoryAfter, "update"
		item.Fields = changedFields(c.HistoryBefore, c.HistoryAfter)
	}
	cloudwatch.AddHistory(tx, &cloudwatch.HistoryItem{
		Scope: c.Scope, AlarmName: c.Name, AlarmType: c.Type, At: c.At, Type: types.HistoryItemTypeConfigurationUpdate,
		Summary: `Alarm "` + c.Name + `" ` + what, Data: string(wire.MustText(item)),
	})
	cloudwatch.AnnounceAlarm(tx, cloudwatch.AlarmChange{AlarmARN: c.ARN, Detail: wire.MustText(detail)}, c.At)
}

// changedFields are the members that have changed, as they were and in their order. What was not set is not among them.
// Source: recorded answers.
func changedFields(before, after any) json.RawMessage {
	is := maps.Collect(members(after))
	var fields [][]byte
	for name, value := range members(before) {
		if !bytes.Equal(value, is[name]) {
			fields = append(fields, append(append(wire.MustText(name), ':'), value...))
		}
	}
	return append(append([]byte("{"), bytes.Join(fields, []byte(","))...), '}')
}

// members are the members of an alarm in the order in which they are told.
func members(alarm any) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		members := json.NewDecoder(bytes.NewReader(wire.MustText(alarm)))
		_, err := members.Token()
		for err == nil && members.More() {
			var name json.Token
			var value json.RawMessage
			if name, err = members.Token(); err == nil {
				err = members.Decode(&value)
			}
			if err == nil && !yield(name.(string), value) {
				return
			}
		}
		if err != nil {
			panic("an alarm is no object: " + err.Error())
		}
	}
}
