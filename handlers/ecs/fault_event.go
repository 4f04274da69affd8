package ecs

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// faultSource is the emulator's own: AWS has no such events, so no rule delivers them.
const faultSource = "ecs-emulator"

func faultEvent(c *state.FaultChange, at time.Time) []byte {
	event := eventbridge.Event{
		ID: c.ID, DetailType: "Fault " + c.Change, Source: faultSource, Scope: c.Scope, At: at,
		Detail: faultDetail{Fault: c.Fault, Kind: c.Kind, Members: c.Members, Hit: c.Hit, Times: c.Times, Reason: c.Reason},
	}
	if strings.HasPrefix(c.Hit, "arn:") {
		event.Resource = c.Hit
	}
	return event.Marshal()
}

type faultDetail struct {
	Fault   string          `json:"fault"`
	Kind    string          `json:"kind"`
	Members json.RawMessage `json:"members,omitempty"`
	Hit     string          `json:"hit,omitempty"`
	Times   int             `json:"times,omitempty"`
	Reason  string          `json:"reason,omitempty"`
}
