package alarmstate

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

const historyVersion = "1.0"

// historyState is a state in the data of a history item. Source: recorded answers.
type historyState struct {
	Value  string  `json:"stateValue"`
	Reason *string `json:"stateReason,omitempty"`
}

// stateHistory is the data of a history item about a state. The data of reasons stand in it as they were given, with
// their blanks, which an encoder would take out. Source: recorded answers.
func stateHistory(c Change) string {
	return `{"version":"` + historyVersion + `","oldState":` + inHistory(c.Old) + `,"newState":` + inHistory(c.New) + `}`
}

func inHistory(s State) string {
	state := string(wire.MustText(historyState{Value: string(s.Value), Reason: s.Reason}))
	if aws.ToString(s.Data) == "" {
		return state
	}
	return strings.TrimSuffix(state, "}") + `,"stateReasonData":` + *s.Data + "}"
}

// actionItem is the data of a history item about an action. Source: recorded answers.
type actionItem struct {
	State     string  `json:"actionState"`
	UpdatedAt int64   `json:"stateUpdateTimestamp"` // milliseconds
	Resource  string  `json:"notificationResource"`
	Message   *string `json:"publishedMessage"`
	Error     *string `json:"error"`
	MutedTo   *int64  `json:"muteWindowEndTimestamp"`
}
