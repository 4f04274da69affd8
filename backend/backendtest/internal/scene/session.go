package scene

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Prepared is the spec of a container that may have sessions.
func (s *Env) Prepared(sandbox string, command ...string) backend.ContainerSpec {
	spec := s.Spec(sandbox, command...)
	spec.Exec = true
	return spec
}

// Host runs a container that may have sessions.
func (s *Env) Host() string {
	s.Helper()
	return s.idle(s.Spec(s.SharedSandbox(), "sleep"))
}

// App is a command of the program in a session.
func (s *Env) App(words ...string) backend.ExecSpec {
	return backend.ExecSpec{Command: append([]string{s.AppPath}, words...)}
}

func (s *Env) OnTerminal(words ...string) backend.ExecSpec {
	spec := s.App(words...)
	spec.Terminal = &backend.TerminalSize{Columns: 100, Rows: 40}
	return spec
}

// Session is a session of a case. Its methods are assertions; what takes longer than patience
// fails, since the session is closed then.
type Session struct {
	backend.Session
	Env    *Env
	Stdout bytes.Buffer // that has been read
	Stderr bytes.Buffer
	Err    error // of the last read
	late   *time.Timer
}

// within closes the session if it takes longer, unless the function that it returns is called before.
func (s *Session) within(d time.Duration) (done func() bool) {
	s.late = time.AfterFunc(d, func() { _ = s.Close() })
	return s.late.Stop
}

func (s *Env) Open(id string, spec backend.ExecSpec) *Session {
	s.Helper()
	opened, err := s.Engine.Exec(s.Ctx, id, spec)
	if err != nil {
		s.Fatalf("Exec %q: %v", spec.Command, err)
	}
	session := &Session{Session: opened, Env: s}
	session.within(Patience)
	s.Cleanup(func() {
		session.late.Stop()
		if err := opened.Close(); err != nil {
			s.Errorf("Close of a session: %v", err)
		}
	})
	return session
}

// ReadOnce reads once, and reports whether there may be more.
func (s *Session) ReadOnce() bool {
	p := make([]byte, 32<<10)
	n, from, err := s.Read(p)
	switch {
	case n == 0:
	case from == backend.Stdout:
		s.Stdout.Write(p[:n])
	case from == backend.Stderr:
		s.Stderr.Write(p[:n])
	default:
		s.Env.Errorf("a read from stream %d", from)
	}
	s.Err = err
	return err == nil
}

// Await reads until there is a text, and returns what was before it. Both are taken off.
func (s *Session) Await(text string) (before string) {
	s.Env.Helper()
	for {
		if before, _, found := strings.Cut(s.Stdout.String(), text); found {
			s.Stdout.Next(len(before) + len(text))
			return before
		}
		if !s.ReadOnce() {
			s.Env.Fatalf("no %q: %v; output: %q, errors: %q", text, s.Err, s.Stdout.String(), s.Stderr.String())
		}
	}
}

// Enter writes to the input.
func (s *Session) Enter(text string) {
	s.Env.Helper()
	if _, err := s.Write([]byte(text)); err != nil {
		s.Env.Fatalf("Write %q: %v", text, err)
	}
}

func (s *Session) EndInput() {
	s.Env.Helper()
	if err := s.CloseInput(); err != nil {
		s.Env.Fatalf("CloseInput: %v", err)
	}
}

// ExpectEnd reads to the end, which has an exit code.
func (s *Session) ExpectEnd(code int) {
	s.Env.Helper()
	for s.ReadOnce() {
	}
	if !errors.Is(s.Err, io.EOF) {
		s.Env.Fatalf("the session ends with %v, want EOF; output: %q, errors: %q", s.Err, s.Stdout.String(), s.Stderr.String())
	}
	if got := s.ExitCode(); got != code {
		s.Env.Errorf("exit code %d, want %d; errors: %q", got, code, s.Stderr.String())
	}
}

// Executed runs a session to its end.
func (s *Env) Executed(id string, code int, words ...string) *Session {
	s.Helper()
	ran := s.Open(id, s.App(words...))
	ran.ExpectEnd(code)
	return ran
}

// ExpectNoise compares output with the bytes that the program's noise is.
func (s *Session) ExpectNoise(n int) {
	s.Env.Helper()
	want := sha256.New()
	if _, err := io.CopyN(want, rand.NewChaCha8([32]byte{}), int64(n)); err != nil {
		s.Env.Fatal(err)
	}
	got := sha256.Sum256(s.Stdout.Bytes())
	if s.Stdout.Len() != n || !bytes.Equal(got[:], want.Sum(nil)) {
		s.Env.Errorf("%d bytes of output, want %d, or others", s.Stdout.Len(), n)
	}
}
