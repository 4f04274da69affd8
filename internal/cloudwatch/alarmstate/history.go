package alarmstate

import "encoding/json"

const historyVersion = "1.0"

// stateItem is the data of a history item about a state. Source: recorded answers.
type stateItem struct {
	Version  string       `json:"version"`
	OldState historyState `json:"oldState"`
	NewState historyState `json:"newState"`
}

type historyState struct {
	Value  string          `json:"stateValue"`
	Reason string          `json:"stateReason,omitempty"`
	Data   json.RawMessage `json:"stateReasonData,omitempty"`
}

func stateHistory(c Change) string {
	return string(marshal(stateItem{historyVersion, inHistory(c.Old), inHistory(c.New)}))
}

func inHistory(s State) historyState {
	return historyState{Value: string(s.Value), Reason: text(s.Reason), Data: json.RawMessage(text(s.Data))}
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
