// Package frame is what both ends of a session in a container agree on: package session, and the
// program of that name, on its standard input and output. A frame is a type, the size of its payload
// and the payload. Both ends are always of one version, so the types may change.
package frame

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Type says what a frame is. No type is a printable character: what else comes, such as the text of an
// engine that cannot start the program, begins with one.
type Type byte

// Types of frames to the program.
const (
	// Begin is the first frame. No command starts before it is there: the engine may lose the end of an input
	// that has never had anything, and the program would not see its client go.
	// Source: containerd, whose shim opens an input while the process runs already (copyPipes in pkg/process/io.go).
	Begin Type = iota + 1
	// Input is for the command. What waits for it in the program is at most a [Window].
	Input
	// EndOfInput ends the standard input of a command without a terminal.
	EndOfInput
	// Resize has the size of the terminal: columns and rows, of two bytes each.
	Resize
)

// Types of frames from the program.
const (
	// Started is the first frame, if the command runs.
	Started Type = iota + 16
	// Failed is the only frame, if the command cannot start: why.
	Failed
	// Stdout and Stderr are what the command writes.
	Stdout
	Stderr
	// Taken has the number of bytes that the command took of its input.
	Taken
	// Exit is the last frame: the exit code.
	Exit
)

const (
	// HeadSize is the size of what precedes a payload.
	HeadSize = 5
	// Most is the size of the largest frame with its head: as much as the engine passes on at once.
	Most = 32 << 10
	// Window bounds the input that the command has not taken.
	Window = 256 << 10
)

// PutHead writes a head in front of a payload that begins HeadSize bytes into b, and returns the frame.
func PutHead(b []byte, t Type, size int) []byte {
	b[0] = byte(t)
	binary.BigEndian.PutUint32(b[1:], uint32(size))
	return b[:HeadSize+size]
}

// Make returns a frame with a payload.
func Make(t Type, payload []byte) []byte {
	b := make([]byte, HeadSize+len(payload))
	copy(b[HeadSize:], payload)
	return PutHead(b, t, len(payload))
}

// Number is a payload that is a number, or two halves of one.
func Number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// ParseNumber reads one; 0 is no number.
func ParseNumber(payload []byte) uint32 {
	if len(payload) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(payload)
}

// NotFrameError is what came instead of a frame.
type NotFrameError struct{ Text string }

func (e *NotFrameError) Error() string { return fmt.Sprintf("not a frame: %q", e.Text) }

// mostText bounds what is kept of what is not a frame.
const mostText = 4 << 10

type Reader struct {
	From io.Reader
	head [HeadSize]byte
}

// Next reads a head. The payload is to be read from From.
func (r *Reader) Next() (t Type, size int, err error) {
	if _, err := io.ReadFull(r.From, r.head[:1]); err != nil {
		return 0, 0, err
	}
	if t = Type(r.head[0]); t >= ' ' || t == 0 {
		text, err := io.ReadAll(io.LimitReader(r.From, mostText))
		if err != nil {
			return 0, 0, err
		}
		return 0, 0, &NotFrameError{string(r.head[:1]) + string(text)}
	}
	if _, err := io.ReadFull(r.From, r.head[1:]); err != nil {
		return 0, 0, cut(err)
	}
	if size = int(binary.BigEndian.Uint32(r.head[1:])); size > Most-HeadSize {
		return 0, 0, fmt.Errorf("a frame of %d bytes", size)
	}
	return t, size, nil
}

func (r *Reader) Payload(size int) ([]byte, error) {
	b := make([]byte, size)
	_, err := io.ReadFull(r.From, b)
	return b, cut(err)
}

// cut is the error of a frame that is not whole.
func cut(err error) error {
	if err == io.EOF { //nolint:errorlint // as io.ReadFull returns it
		return io.ErrUnexpectedEOF
	}
	return err
}
