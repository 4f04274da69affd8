package target

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

var putEvents = apiclient.Operation{Service: "EventBridge", Signed: "events", Target: "AWSEvents", Name: "PutEvents", Codec: wire.AsIs}

// bus has another bus get the event of a rule, or the event that a schedule makes.
func (t *Targets) bus(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	if !d.FromSchedule {
		return t.forward(d)
	}
	type entry struct{ EventBusName, Source, DetailType, Detail *string }
	in := struct{ Entries []entry }{[]entry{{&d.TargetARN, &d.EventSource, &d.DetailType, &body}}}
	var out struct {
		FailedEntryCount int32
		Entries          []struct{ ErrorCode, ErrorMessage *string }
	}
	if err := t.Client.Do(ctx, as, putEvents, &in, &out); err != nil {
		return failed(err, "AmazonEventBridge")
	}
	if out.FailedEntryCount > 0 && len(out.Entries) > 0 {
		return final(codeInvalid, aws.ToString(out.Entries[0].ErrorCode)+": "+aws.ToString(out.Entries[0].ErrorMessage))
	}
	return sent
}

// forward passes an event on, once within a Region and once into another one, in either order. A bus that does not exist
// swallows it (EVB0023).
func (t *Targets) forward(d *delivery.Delivery) delivery.Outcome {
	to, event, passed := arn.ScopeOf(d.TargetARN), d.Body, d.Passed
	if to.Region == d.Scope.Region {
		if passed.Within {
			return final("THIRD_ACCOUNT_HOP_DETECTED", fmt.Sprintf("Event ingestion rejected for event %s because an event can be sent to an event bus target only once. "+
				"This event was previously delivered to an event bus target.", idOf(event)))
		}
		passed.Within = true
	} else {
		if passed.Abroad {
			return final("THIRD_REGION_HOP_DETECTED", "Unknown exception.")
		}
		passed.Abroad = true
		event = renewed(event, arn.NewUUID(), t.Now())
	}
	_, name, _ := strings.Cut(d.TargetARN, ":event-bus/")
	if err := t.Route(to, name, event, passed); err != nil {
		return retry(codeInternal, err.Error())
	}
	return sent
}

func idOf(event string) string {
	var e struct{ ID string }
	_ = json.Unmarshal([]byte(event), &e) // it was JSON
	return e.ID
}

// renewed is an event with another id and time, as it has in another region (EVB0023.2).
func renewed(event, id string, now time.Time) string {
	var e struct {
		Version    json.RawMessage `json:"version"`
		ID         string          `json:"id"`
		DetailType json.RawMessage `json:"detail-type"`
		Source     json.RawMessage `json:"source"`
		Account    json.RawMessage `json:"account"`
		Time       string          `json:"time"`
		Region     json.RawMessage `json:"region"`
		Resources  json.RawMessage `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}
	if json.Unmarshal([]byte(event), &e) != nil {
		return event
	}
	e.ID, e.Time = id, now.UTC().Format("2006-01-02T15:04:05Z")
	text, err := wire.Text(e)
	if err != nil {
		return event
	}
	return string(text)
}
