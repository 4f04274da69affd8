// Package execframe is what `ecs-emulator exec` and the emulator say to each other: the binary messages
// of a WebSocket. The first byte of each is its kind. The client begins with Start, and the emulator
// ends with Exit or Failure. At most Window messages of input are under way: the emulator answers
// Taken for each that the program has got, so that it always reads, and notices a client that goes.
package execframe

import (
	"encoding/json"
	"fmt"
)

// Kind is what a frame carries.
type Kind byte

// Kinds. Without a type beside them they carry bytes, or nothing.
const (
	Start      Kind = 's' // StartRequest
	Input      Kind = 'i'
	EndOfInput Kind = 'e'
	Resize     Kind = 'r' // Size

	Taken   Kind = 't'
	Stdout  Kind = 'o'
	Stderr  Kind = 'E'
	Exit    Kind = 'x' // ExitStatus
	Failure Kind = 'f' // Reason
)

const (
	// Window is how many frames of input may be under way.
	Window = 16
	// MaxPayload is how many bytes a frame of input or output has at most.
	MaxPayload = 32 << 10
	// MaxFrame bounds all frames: Linux takes no longer command line than 2 MiB.
	MaxFrame = 4 << 20
)

type StartRequest struct {
	Command []string `json:"command"`
	// Terminal is nil for plain pipes.
	Terminal *Size `json:"terminal,omitempty"`
}

// Size is the size of a terminal, in characters.
type Size struct {
	Columns uint16 `json:"columns"`
	Rows    uint16 `json:"rows"`
}

// ExitStatus is how the program has ended.
type ExitStatus struct {
	Code int `json:"code"`
	// Note says more for people; it may be empty.
	Note string `json:"note,omitempty"`
}

// Reason is why there is no program, or its end is not known.
type Reason struct {
	Text string `json:"text"`
	// Code is the exit code of a shell for a program that cannot start; 0 is no such reason.
	Code int `json:"code,omitempty"`
}

// New makes a frame. A payload that is no []byte is encoded as JSON; nil is none.
func New(kind Kind, payload any) []byte {
	frame := []byte{byte(kind)}
	switch p := payload.(type) {
	case nil:
	case []byte:
		frame = append(frame, p...)
	default:
		text, err := json.Marshal(p)
		if err != nil {
			panic(err) // the types of this package can be encoded
		}
		frame = append(frame, text...)
	}
	return frame
}

// Parse divides a frame.
func Parse(frame []byte) (Kind, []byte) {
	if len(frame) == 0 {
		return 0, nil
	}
	return Kind(frame[0]), frame[1:]
}

// Decode reads a payload that is JSON.
func Decode(payload []byte, value any) error {
	if err := json.Unmarshal(payload, value); err != nil {
		return fmt.Errorf("a frame of a session cannot be read: %w", err)
	}
	return nil
}
