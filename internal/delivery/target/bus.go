package target

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
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
		return final(codeInvalid, deref(out.Entries[0].ErrorCode)+": "+deref(out.Entries[0].ErrorMessage))
	}
	return sent
}

// forward passes an event on. A bus that has got it from another one passes it on no further, and one that does not exist
// swallows it (EVB0023). The texts are not known.
func (t *Targets) forward(d *delivery.Delivery) delivery.Outcome {
	to := arn.ScopeOf(d.TargetARN)
	abroad := to.Region != d.Scope.Region
	switch {
	case d.Hops > 0 && abroad:
		return final("THIRD_REGION_HOP_DETECTED", "The event has come from another event bus, and is not passed on to another Region.")
	case d.Hops > 0:
		return final("THIRD_ACCOUNT_HOP_DETECTED", "The event has come from another event bus, and is not passed on to a third one.")
	}
	event := d.Body
	if abroad {
		event = renewed(event, arn.NewUUID(), t.Now())
	}
	_, name, _ := strings.Cut(d.TargetARN, ":event-bus/")
	if err := t.Route(to, name, event, d.Hops+1); err != nil {
		return retry(codeInternal, err.Error())
	}
	return sent
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
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(e) != nil {
		return event
	}
	return strings.TrimSpace(out.String())
}
