package eventbridge

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxEntries is how many bytes the entries of a request have together. Source: EventBridge API reference.
const maxEntries = 1 << 20

// PutEvents brings events to the rules of their buses. Each entry is judged by itself; one for a bus that is not there
// has an id, and is dropped (EVB0006).
func (a *API) PutEvents(ctx context.Context, in *sdk.PutEventsInput) (*sdk.PutEventsOutput, error) {
	if in.EndpointId != nil {
		return nil, awsapi.NotImplemented("events", "global endpoints")
	}
	size := 0
	for i := range in.Entries {
		size += sizeOf(&in.Entries[i])
	}
	if size > maxEntries { // Source: field reports
		return nil, invalid("Total size of the entries in the request is over the limit.")
	}
	scope, now := awsapi.CallScope(ctx), a.now()
	out := &sdk.PutEventsOutput{Entries: make([]types.PutEventsResultEntry, len(in.Entries))}
	err := a.update(func(tx *store.Tx) error {
		for i := range in.Entries {
			given, answer := &in.Entries[i], &out.Entries[i]
			if answer.ErrorCode, answer.ErrorMessage = judge(given); answer.ErrorCode != nil {
				out.FailedEntryCount++
				continue
			}
			answer.EventId = aws.String(arn.NewUUID())
			if b := recipient(tx, scope, given.EventBusName); b != nil {
				if err := a.Route(tx, b, eventOf(given, *answer.EventId, b.Scope, now)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sizeOf is the size of an entry. Source: EventBridge user guide, event entry size.
func sizeOf(e *types.PutEventsRequestEntry) int {
	size := len(aws.ToString(e.Source)) + len(aws.ToString(e.DetailType)) + len(aws.ToString(e.Detail))
	if e.Time != nil {
		size += 14
	}
	for _, resource := range e.Resources {
		size += len(resource)
	}
	return size
}

// judge is what is wrong with an entry (EVB0006).
func judge(e *types.PutEventsRequestEntry) (code, message *string) {
	for _, required := range []struct {
		name  string
		value *string
	}{{"Source", e.Source}, {"DetailType", e.DetailType}, {"Detail", e.Detail}} {
		if aws.ToString(required.value) == "" {
			return aws.String("InvalidArgument"), awsapi.Textf("Parameter %s is not valid. Reason: %s is a required argument.", required.name, required.name)
		}
	}
	switch {
	case strings.HasPrefix(*e.Source, "aws."):
		return aws.String("NotAuthorizedForSourceException"), aws.String("Not authorized for the source.")
	case !isObject(*e.Detail):
		return aws.String("MalformedDetail"), aws.String("Detail is malformed.")
	}
	return nil, nil
}

// maxDepth is how deep a detail may be. Source: EventBridge API reference, which does not say what becomes of a deeper
// one; here it is malformed.
const maxDepth = 1000

// isObject reports whether a text is an object of JSON.
func isObject(text string) bool {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") || !json.Valid([]byte(text)) {
		return false
	}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// recipient is the bus that an entry names, which may be another account's.
func recipient(tx *store.Tx, caller arn.Scope, given *string) *eventbridge.Bus {
	scope := caller
	if a, ok := arn.Parse(aws.ToString(given)); ok {
		scope = a.Scope
	}
	return eventbridge.FindBus(tx, scope, busName(given))
}

// eventOf is an entry in the envelope in which rules get it: of the time that it names, otherwise of now.
func eventOf(e *types.PutEventsRequestEntry, id string, scope arn.Scope, now time.Time) string {
	at := now
	if e.Time != nil {
		at = *e.Time
	}
	event := eventbridge.Event{
		ID: id, DetailType: *e.DetailType, Source: *e.Source, Scope: scope, Resources: e.Resources, At: at, Detail: json.RawMessage(*e.Detail),
	}
	return string(event.Marshal())
}
