package eventbridge

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
)

func (a *API) TestEventPattern(_ context.Context, in *sdk.TestEventPatternInput) (*sdk.TestEventPatternOutput, error) {
	pattern, err := eventpattern.Parse(*in.EventPattern)
	if err != nil {
		return nil, patternError(err)
	}
	if err := checkEnvelope(*in.Event); err != nil {
		return nil, err
	}
	event, err := eventpattern.NewEvent(*in.Event)
	if err != nil {
		return nil, invalid("Parameter Event is not valid.")
	}
	return &sdk.TestEventPatternOutput{Result: pattern.Matches(event)}, nil
}

// checkEnvelope refuses an event that lacks a member, or has a time that is none; types are not looked at (EVB0006).
func checkEnvelope(event string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(event), &members); err != nil || members == nil {
		return invalid("Parameter Event is not valid.")
	}
	for _, name := range []string{"id", "account", "source", "time", "region", "detail-type"} {
		if _, there := members[name]; !there {
			return invalid("Parameter Event is not valid.")
		}
	}
	var text string
	if json.Unmarshal(members["time"], &text) == nil {
		if _, err := time.Parse(time.RFC3339, text); err == nil {
			return nil
		}
	}
	return invalid("Parameter Event is not valid. Reason: Invalid time.")
}
