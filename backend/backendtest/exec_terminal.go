package backendtest

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func testTerminalSize(s *env) {
	id := s.sharedHost()
	shell := s.open(id, s.onTerminal("sh"))
	shell.await("# ")
	shell.enter("stty size\r")
	shell.await("\r\n40 100\r\n# ")
	if err := shell.Resize(backend.TerminalSize{Columns: 132, Rows: 50}); err != nil {
		s.Fatalf("Resize: %v", err)
	}
	shell.enter("stty size\r")
	shell.await("\r\n50 132\r\n# ")
	shell.enter("exit 4\r")
	shell.expectEnd(4)
	if shell.stderr.Len() > 0 {
		s.Errorf("a terminal has errors of its own: %q", shell.stderr.String())
	}

	plain := s.open(id, s.app("cat"))
	if err := plain.Resize(backend.TerminalSize{Columns: 1, Rows: 1}); err != nil {
		s.Errorf("Resize without a terminal: %v", err)
	}
	s.executed(id, 1, "stty", "size")
}

func testTerminalKeys(s *env) {
	shell := s.open(s.sharedHost(), s.onTerminal("sh"))
	shell.await("# ")
	shell.enter("echo lost")
	shell.await("echo lost")
	shell.enter(strings.Repeat("\x7f", len("lost")) + "kept\r")
	if echoed := shell.await("\r\nkept\r\n# "); !strings.HasSuffix(echoed, "\b \bkept") {
		s.Errorf("the keys are echoed as %q", echoed)
	}
	if err := shell.CloseInput(); err != nil { // does nothing
		s.Errorf("CloseInput of a terminal: %v", err)
	}
	shell.enter("cat\rsome\r")
	shell.await("some\r\nsome\r\n")
	shell.enter("\x04") // the end of the input for cat
	shell.await("# ")
	shell.enter("\x04")
	shell.expectEnd(0)
}

func testTerminalInterrupt(s *env) {
	id := s.sharedHost()
	shell := s.open(id, s.onTerminal("sh"))
	shell.await("# ")
	shell.enter("cat\r")
	shell.await("\r\n")
	shell.enter("alive\r")
	shell.await("alive\r\nalive\r\n")
	shell.enter("\x03")
	shell.await("^C")
	shell.await("# ")
	shell.enter("echo on\r")
	shell.await("\r\non\r\n# ")

	copies := s.open(id, s.onTerminal("cat"))
	copies.enter("alive\r")
	copies.await("alive\r\nalive\r\n")
	copies.enter("\x03")
	copies.expectEnd(128 + 2)
}

// testTerminalHangUp closes sessions whose programs wait, read, and write without end.
func testTerminalHangUp(s *env) {
	id := s.sharedHost()
	waits := s.open(id, s.onTerminal("hangup", "/hangup/note"))
	waits.await("waiting\r\n")
	floods := s.open(id, s.onTerminal("noise", "1000000000000"))
	floods.read()
	reads := s.open(id, s.onTerminal("cat"))
	for _, each := range []*session{waits, floods, reads} {
		for range 2 { // twice is harmless
			if err := each.Close(); err != nil {
				s.Errorf("Close: %v", err)
			}
		}
		for each.read() {
		}
		if errors.Is(each.err, io.EOF) {
			s.Error("Read after Close returns EOF, though the program's end is not known")
		}
		if _, err := each.Write([]byte("x")); err == nil {
			s.Error("Write after Close succeeds")
		}
	}
	deadline := time.Now().Add(patience)
	for {
		note := s.open(id, s.app("read", "/hangup/note"))
		for note.read() {
		}
		if note.ExitCode() == 0 {
			if got := strings.TrimSpace(note.stdout.String()); got != "hangup" {
				s.Errorf("the program was told %q, want hangup", got)
			}
			return
		}
		if time.Now().After(deadline) {
			s.Fatal("the program has not heard that its terminal hung up")
		}
	}
}
