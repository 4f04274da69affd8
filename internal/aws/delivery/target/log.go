package target

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func logsOperation(name string) apiclient.Operation {
	return apiclient.Operation{Service: "CloudWatch Logs", Signed: "logs", Target: "Logs_20140328", Name: name, Codec: wire.LowerCamel}
}

var (
	createLogStream = logsOperation("CreateLogStream")
	putLogEvents    = logsOperation("PutLogEvents")
)

// log writes an event into a log group, each into a stream of its own with a UUID for name (EVB0024). Without a role EventBridge
// itself writes, which a resource policy of CloudWatch Logs has to allow.
// Source: EventBridge user guide, resource-based policies, CloudWatch Logs permissions.
func (t *Targets) log(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	const title = "AWSLogs"
	_, group, _ := strings.Cut(d.TargetARN, ":log-group:")
	group = strings.TrimSuffix(group, ":*")
	if d.RoleARN == "" && t.MayLog != nil {
		stream := strings.TrimSuffix(d.TargetARN, ":*") + ":log-stream:" + d.ID
		for _, o := range []apiclient.Operation{createLogStream, putLogEvents} {
			if err := t.MayLog(ctx, ofRules, d.Source, "logs:"+o.Name, stream); err != nil {
				return failed(err, title)
			}
		}
	}
	err := t.Client.Do(ctx, as, createLogStream, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &d.ID}, nil)
	var refused *apiclient.Error
	if err != nil && (!errors.As(err, &refused) || refused.Code != "ResourceAlreadyExistsException") { // made by an attempt before
		return failed(err, title)
	}
	at, message := t.logEvent(body)
	err = t.Client.Do(ctx, as, putLogEvents, &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: &group, LogStreamName: &d.ID,
		LogEvents: []types.InputLogEvent{{Timestamp: new(at.UnixMilli()), Message: &message}},
	}, nil)
	return failed(err, title)
}

// logEvent is what a log group gets: the event at its time, or what a transformer has made of it, which has a
// timestamp and a message (EVB0024.2).
func (t *Targets) logEvent(body string) (at time.Time, message string) {
	var made struct {
		Timestamp json.RawMessage `json:"timestamp"`
		Message   *string         `json:"message"`
		Time      json.RawMessage `json:"time"`
	}
	if json.Unmarshal([]byte(body), &made) == nil && made.Message != nil && made.Timestamp != nil {
		return t.timeOf(made.Timestamp), *made.Message
	}
	return t.timeOf(made.Time), body
}

// timeOf reads a time: milliseconds, or text. The emulator's time stands for one that is none, which is a choice.
func (t *Targets) timeOf(text json.RawMessage) time.Time {
	var ms int64
	if len(text) > 0 && json.Unmarshal(text, &ms) == nil {
		return time.UnixMilli(ms)
	}
	var at time.Time
	if len(text) > 0 && json.Unmarshal(text, &at) == nil {
		return at
	}
	return t.Now()
}
