package backendtest

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

func testTerminalSize(s *env) {
	id := s.SharedHost()
	shell := s.Open(id, s.OnTerminal("sh"))
	shell.Await("# ")
	shell.Enter("stty size\r")
	shell.Await("\r\n40 100\r\n# ")
	if err := shell.Resize(backend.TerminalSize{Columns: 132, Rows: 50}); err != nil {
		s.Fatalf("Resize: %v", err)
	}
	shell.Enter("stty size\r")
	shell.Await("\r\n50 132\r\n# ")
	shell.Enter("exit 4\r")
	shell.ExpectEnd(4)
	if shell.Stderr.Len() > 0 {
		s.Errorf("a terminal has errors of its own: %q", shell.Stderr.String())
	}

	plain := s.Open(id, s.App("cat"))
	if err := plain.Resize(backend.TerminalSize{Columns: 1, Rows: 1}); err != nil {
		s.Errorf("Resize without a terminal: %v", err)
	}
	s.Executed(id, 1, "stty", "size")
}

func testTerminalKeys(s *env) {
	shell := s.Open(s.SharedHost(), s.OnTerminal("sh"))
	shell.Await("# ")
	shell.Enter("echo lost")
	shell.Await("echo lost")
	shell.Enter(strings.Repeat("\x7f", len("lost")) + "kept\r")
	if echoed := shell.Await("\r\nkept\r\n# "); !strings.HasSuffix(echoed, "\b \bkept") {
		s.Errorf("the keys are echoed as %q", echoed)
	}
	if err := shell.CloseInput(); err != nil { // does nothing
		s.Errorf("CloseInput of a terminal: %v", err)
	}
	shell.Enter("cat\rsome\r")
	shell.Await("some\r\nsome\r\n")
	shell.Enter("\x04") // the end of the input for cat
	shell.Await("# ")
	shell.Enter("\x04")
	shell.ExpectEnd(0)
}

func testTerminalInterrupt(s *env) {
	id := s.SharedHost()
	shell := s.Open(id, s.OnTerminal("sh"))
	shell.Await("# ")
	shell.Enter("cat\r")
	shell.Await("\r\n")
	shell.Enter("alive\r")
	shell.Await("alive\r\nalive\r\n")
	shell.Enter("\x03")
	shell.Await("^C")
	shell.Await("# ")
	shell.Enter("echo on\r")
	shell.Await("\r\non\r\n# ")

	copies := s.Open(id, s.OnTerminal("cat"))
	copies.Enter("alive\r")
	copies.Await("alive\r\nalive\r\n")
	copies.Enter("\x03")
	copies.ExpectEnd(128 + 2)
}

// testTerminalHangUp closes sessions whose programs wait, read, and write without end.
func testTerminalHangUp(s *env) {
	id := s.SharedHost()
	waits := s.Open(id, s.OnTerminal("hangup", "/hangup/note"))
	waits.Await("waiting\r\n")
	floods := s.Open(id, s.OnTerminal("noise", "1000000000000"))
	floods.ReadOnce()
	reads := s.Open(id, s.OnTerminal("cat"))
	for _, each := range []*scene.Session{waits, floods, reads} {
		for range 2 { // twice is harmless
			if err := each.Close(); err != nil {
				s.Errorf("Close: %v", err)
			}
		}
		for each.ReadOnce() {
		}
		if errors.Is(each.Err, io.EOF) {
			s.Error("Read after Close returns EOF, though the program's end is not known")
		}
		if _, err := each.Write([]byte("x")); err == nil {
			s.Error("Write after Close succeeds")
		}
	}
	deadline := time.Now().Add(scene.Patience)
	for {
		note := s.Open(id, s.App("read", "/hangup/note"))
		for note.ReadOnce() {
		}
		if note.ExitCode() == 0 {
			if got := strings.TrimSpace(note.Stdout.String()); got != "hangup" {
				s.Errorf("the program was told %q, want hangup", got)
			}
			return
		}
		if time.Now().After(deadline) {
			s.Fatal("the program has not heard that its terminal hung up")
		}
	}
}
