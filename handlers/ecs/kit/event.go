package kit

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
	"github.com/google/uuid"
)

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

// NewEvent is the event of a resource in a version, with a pointer to its detail.
func NewEvent(detailType, resource string, version int64, at time.Time, detail any) []byte {
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

// EventTime is a time in an event: milliseconds without trailing zeros.
func EventTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.999Z")
	return &text
}
