package waitcondition

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
)

// MostBytes is how long a signal may be. It is the emulator's own.
const MostBytes = 64 << 10

// Sent is what is sent to the URL of a handle.
type Sent struct {
	Region, Account, Stack, ID, Handle string // of its path
	Query                              url.Values
	Body                               []byte
}

// Read reads a signal as it is sent to a handle. What AWS does with one that is none is not known: here its sender is told.
// Source: CloudFormation user guide, wait condition signal JSON format.
func Read(body []byte) (s signal.Signal, err error) {
	var sent struct {
		Status, UniqueID, Reason string
		Data                     json.RawMessage
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return s, errors.New("the signal is no JSON object with the texts Status, UniqueId, Data and Reason")
	}
	s = signal.Signal{UniqueID: sent.UniqueID, Reason: sent.Reason, Failed: sent.Status == "FAILURE"}
	switch {
	case sent.Status != "SUCCESS" && sent.Status != "FAILURE":
		return s, fmt.Errorf("the Status %q is neither SUCCESS nor FAILURE", sent.Status)
	case sent.UniqueID == "":
		return s, errors.New("the signal has no UniqueId")
	case len(sent.Data) > 0 && sent.Data[0] == '"':
		err = json.Unmarshal(sent.Data, &s.Data)
	default: // an object stays the text that it is
		s.Data = string(sent.Data)
	}
	return s, err
}

// Data is the attribute of a wait condition: what its signals have sent, by their unique ids.
// Source: CloudFormation user guide, AWS::CloudFormation::WaitCondition, Fn::GetAtt.
func Data(received []signal.Signal) string {
	data := map[string]string{}
	for _, s := range received {
		data[s.UniqueID] = s.Data
	}
	text, err := json.Marshal(data)
	if err != nil { // texts are always JSON
		return "{}"
	}
	return string(text)
}
