package ecs

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
	"github.com/google/uuid"
)

// StateChange is the event that ECS sends to EventBridge for a change of a task or a
// container instance, as JSON. The same change always makes the same event. Whoever
// delivers events gets it as a function.
func StateChange(tx *state.Tx, e state.Event) []byte {
	if e.Value.Task != nil {
		return taskStateChange(tx, e.Value.Task, e.At)
	}
	return instanceStateChange(e.Value.ContainerInstance, e.Value.Usage, e.At)
}

// event is EventBridge's envelope.
type event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// newEvent is the event of a resource in a version, with a pointer to its detail.
func newEvent(detailType, resource string, version int64, at time.Time, detail any) []byte {
	scope := arn.ScopeOf(resource)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(event{
		Version: "0", ID: eventID(resource, version), DetailType: detailType, Source: "aws.ecs",
		Account: scope.Account, Time: at.UTC().Format("2006-01-02T15:04:05Z"), Region: scope.Region,
		Resources: []string{resource}, Detail: wire.Marshal(detail),
	})
	if err != nil {
		panic("ecs: encode an event: " + err.Error()) // wire makes valid JSON
	}
	return bytes.TrimSpace(text.Bytes())
}

// eventID follows from the resource and its version, of which there is one event.
func eventID(resource string, version int64) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(resource+"#"+strconv.FormatInt(version, 10))).String()
}

// eventTime is a time in an event: milliseconds without trailing zeros.
func eventTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.999Z")
	return &text
}
