package kit

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// NewEvent is the event of a resource in a version, with a pointer to its detail.
func NewEvent(detailType, resource string, version int64, at time.Time, detail any) []byte {
	return NewEventWithID(eventID(resource, strconv.FormatInt(version, 10)), detailType, resource, at, detail)
}

// NewEventOfStatus is the event of a part of a resource that has come to a status, which it does once.
func NewEventOfStatus(detailType, resource, part, status string, at time.Time, detail any) []byte {
	return NewEventWithID(eventID(resource, part+"#"+status), detailType, resource, at, detail)
}

// NewEventWithID is the event of a resource that has an id of its own, with a pointer to its detail.
func NewEventWithID(id, detailType, resource string, at time.Time, detail any) []byte {
	return eventbridge.Event{
		ID: id, DetailType: detailType, Source: "aws.ecs", Resource: resource, At: at, Detail: json.RawMessage(wire.Marshal(detail)),
	}.Marshal()
}

// eventID follows from the resource and its version, of which there is one event.
func eventID(resource, version string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(resource+"#"+version)).String()
}

// EventTime is a time in an event: milliseconds without trailing zeros.
func EventTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.999Z")
	return &text
}
