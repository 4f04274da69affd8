package dockerapi

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	"github.com/moby/moby/client"
)

// What a container says on standard error comes between its output, in a frame of its own.
func TestWhatIsSaidOnStandardErrorIsHeard(t *testing.T) {
	var stream bytes.Buffer
	for _, frame := range []struct {
		of   byte
		text string
	}{{1, "one "}, {2, "level=WARN msg=trouble\n"}, {1, "two"}} {
		stream.Write([]byte{frame.of, 0, 0, 0, 0, 0, 0, byte(len(frame.text))})
		stream.WriteString(frame.text)
	}
	var heard []string
	a := NewAttached(client.HijackedResponse{Reader: bufio.NewReader(&stream)})
	a.Heard = func(text string) { heard = append(heard, text) }
	if output, err := io.ReadAll(a); err != nil || string(output) != "one two" {
		t.Errorf("its output is %q, %v", output, err)
	}
	if len(heard) != 1 || heard[0] != "level=WARN msg=trouble" {
		t.Errorf("heard is %q", heard)
	}
}
