package datachannel

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The contents of payloads in JSON. Source: spec/runtime.md G.6 to G.8.

type acknowledgeContent struct {
	AcknowledgedMessageType           MessageType
	AcknowledgedMessageId             string
	AcknowledgedMessageSequenceNumber int64
	IsSequentialMessage               bool
}

type handshakeRequestContent struct {
	AgentVersion           string
	RequestedClientActions []requestedClientAction
}

type requestedClientAction struct {
	ActionType       string
	ActionParameters sessionTypeParameters
}

type sessionTypeParameters struct {
	SessionType SessionType
	Properties  any
}

type handshakeResponseContent struct {
	ProcessedClientActions []struct {
		ActionType   string
		ActionStatus int
		Error        string
	}
	Errors []string
}

// actionSuccess is the status of an action that the client did.
const actionSuccess = 1

// failure says why the client cannot have the session, or is empty.
func (r handshakeResponseContent) failure() string {
	for _, action := range r.ProcessedClientActions {
		if action.ActionStatus != actionSuccess {
			return fmt.Sprintf("Handshake failed: action %s has status %d. %s", action.ActionType, action.ActionStatus, action.Error)
		}
	}
	return ""
}

type handshakeCompleteContent struct {
	HandshakeTimeToComplete time.Duration // in nanoseconds
	CustomerMessage         string
}

type channelClosedContent struct {
	MessageId     string
	CreatedDate   string
	DestinationId string
	SessionId     string
	MessageType   MessageType
	SchemaVersion int
	Output        string
}

type sizeContent struct {
	Cols uint32 `json:"cols"`
	Rows uint32 `json:"rows"`
}

// The values of a payload of the type Flag.
const (
	flagDisconnectToPort   = 1
	flagTerminateSession   = 2
	flagConnectToPortError = 3
)

func parseSize(payload []byte) (TerminalSize, error) {
	var content sizeContent
	if err := json.Unmarshal(payload, &content); err != nil {
		return TerminalSize{}, fmt.Errorf("read size of the terminal: %w", err)
	}
	if content.Cols > maxTerminal || content.Rows > maxTerminal {
		return TerminalSize{}, errors.New("size of the terminal is too large")
	}
	return TerminalSize{Columns: uint16(content.Cols), Rows: uint16(content.Rows)}, nil
}

const maxTerminal = 1<<16 - 1

// mustJSON encodes one of the types above, and the Properties of a Config, which are plain values.
func mustJSON(content any) []byte {
	encoded, err := json.Marshal(content)
	if err != nil {
		panic("data channel: " + err.Error())
	}
	return encoded
}
