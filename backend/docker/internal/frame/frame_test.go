package frame_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

func TestFramesAreReadAsTheyWereMade(t *testing.T) {
	all := append(frame.Make(frame.Stdout, []byte("some output")), frame.Make(frame.Exit, frame.Number(137))...)
	all = append(all, frame.Make(frame.Started, nil)...)
	r := frame.Reader{From: bytes.NewReader(all)}
	for _, want := range []struct {
		frame.Type
		payload string
	}{{frame.Stdout, "some output"}, {frame.Exit, "\x00\x00\x00\x89"}, {frame.Started, ""}} {
		got, size, err := r.Next()
		if got != want.Type || err != nil {
			t.Fatalf("a frame of type %d, %v; want %d", got, err, want.Type)
		}
		if payload, err := r.Payload(size); string(payload) != want.payload || err != nil {
			t.Errorf("payload %q, %v; want %q", payload, err, want.payload)
		}
	}
	if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last frame %v, want EOF", err)
	}
	if n := frame.ParseNumber(frame.Number(137)); n != 137 {
		t.Errorf("number %d", n)
	}
}

func TestWhatIsNoFrame(t *testing.T) {
	read := func(text string) error {
		r := frame.Reader{From: bytes.NewReader([]byte(text))}
		_, size, err := r.Next()
		if err == nil {
			_, err = r.Payload(size)
		}
		return err
	}
	var said *frame.NotFrameError
	if err := read("OCI runtime exec failed\r\n"); !errors.As(err, &said) || said.Text != "OCI runtime exec failed\r\n" {
		t.Errorf("the engine's words are %v", err)
	}
	for _, text := range []string{"\x12\x00\x00", "\x12\x00\x00\x00\x02x"} {
		if err := read(text); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q is %v, want an unexpected end", text, err)
		}
	}
	if err := read("\x12\xff\xff\xff\xff"); err == nil {
		t.Error("a frame may be larger than any")
	}
}
