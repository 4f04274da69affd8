package session

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// beginning is what a session says that ends as the engine tells, after a text on standard output.
func beginning(t *testing.T, text string, code int, ended bool) error {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { _ = near.Close() })
	go func() {
		defer func() { _ = far.Close() }()
		_, _ = io.ReadFull(far, make([]byte, frame.HeadSize)) // that the client is there
		if text != "" {
			head := [8]byte{0: 1}
			binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
			_, _ = far.Write(append(head[:], text...))
		}
	}()
	stream := client.HijackedResponse{Conn: near, Reader: bufio.NewReader(near)}
	return newSession(stream, func() (int, bool) { return code, ended }).awaitStart()
}

// TestAProgramThatIsKilledBeforeItsCommandRuns: a container whose memory is used up has no room for it,
// and "EOF" tells its user nothing.
func TestAProgramThatIsKilledBeforeItsCommandRuns(t *testing.T) {
	for _, c := range []struct {
		code     int
		ended    bool
		isKilled bool
	}{{137, true, true}, {0, true, false}, {0, false, false}} {
		err := beginning(t, "", c.code, c.ended)
		var failed *backend.ExecError
		if err == nil || errors.As(err, &failed) != c.isKilled {
			t.Errorf("exit code %d (%t): %v", c.code, c.ended, err)
		}
	}
}

// TestAContainerThatStopsRunsNoSession: these are the words of an engine that still shows it as running.
func TestAContainerThatStopsRunsNoSession(t *testing.T) {
	for text, want := range map[string]bool{
		"cannot exec in a stopped state: unknown\r\n":                                  true,
		"OCI runtime exec failed: exec failed: no such file or directory: unknown\r\n": false,
	} {
		err := beginning(t, text, 0, true)
		if got := stopsNow(err); got != want {
			t.Errorf("%v: %t, want %t", err, got, want)
		}
	}
	if stopsNow(nil) || !stopsNow(fmt.Errorf("Error response from daemon: cannot exec in a stopped state: unknown")) {
		t.Error("the engine's own answer is not understood")
	}
}
