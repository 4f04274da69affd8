package backendtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// RunExec runs the part of the suite that is about sessions: [backend.Executor].
func RunExec(t *testing.T, open func(t *testing.T) Fixture) {
	s := newSuite(t, open(t))
	s.run(t, []testCase{
		{"ASessionHasTheContainersEnvironment", testExecEnvironment},
		{"TheExitCodeOfASessionIsItsPrograms", testExecExitCode},
		{"AProgramOfASessionThatDoesNotExistIsAnError", testExecMissing},
		{"SessionsAreForContainersThatRunAndArePrepared", testExecRefused},
		{"ErrorsAreAStreamOfTheirOwn", testExecStderr},
		{"TheEndOfTheInputIsPassedOn", testExecCloseInput},
		{"OutputComesWhole", testExecBigOutput},
		{"AProgramWaitsForASlowReader", testExecSlowReader},
		{"ManySessionsRunAtOnce", testExecMany},
		{"ATerminalHasASize", testTerminalSize},
		{"ATerminalEchoesAndEdits", testTerminalKeys},
		{"ATerminalInterrupts", testTerminalInterrupt},
		{"ATerminalHangsUp", testTerminalHangUp},
		{"ASessionEndsWithItsContainer", testExecContainerEnds},
		{"AContainerThatStartsAgainHasSessionsAgain", testExecRestart},
		{"APortIsForwarded", testForward},
		{"AConnectionThatIsRefusedIsClosedAlone", testForwardRefused},
		{"APortOfAnotherHostIsForwarded", testForwardElsewhere},
		{"AForwardEndsWithItsContainer", testForwardEnds},
	})
}

// prepared is the spec of a container that may have sessions.
func (s *env) prepared(sandbox string, command ...string) backend.ContainerSpec {
	spec := s.spec(sandbox, command...)
	spec.Exec = true
	return spec
}

// host runs a container that may have sessions.
func (s *env) host() string {
	s.Helper()
	return s.idle(s.spec(s.sharedSandbox(), "sleep"))
}

// app is a command of the program in a session.
func (s *env) app(words ...string) backend.ExecSpec {
	return backend.ExecSpec{Command: append([]string{s.AppPath}, words...)}
}

func (s *env) onTerminal(words ...string) backend.ExecSpec {
	spec := s.app(words...)
	spec.Terminal = &backend.TerminalSize{Columns: 100, Rows: 40}
	return spec
}

// session is a session of a case. Its methods are assertions; what takes longer than patience
// fails, since the session is closed then.
type session struct {
	backend.Session
	env    *env
	stdout bytes.Buffer // that has been read
	stderr bytes.Buffer
	err    error // of the last read
	late   *time.Timer
}

// within closes the session if it takes longer, unless the function that it returns is called before.
func (s *session) within(d time.Duration) (done func() bool) {
	s.late = time.AfterFunc(d, func() { _ = s.Close() })
	return s.late.Stop
}

func (s *env) open(id string, spec backend.ExecSpec) *session {
	s.Helper()
	opened, err := s.Engine.Exec(s.ctx, id, spec)
	if err != nil {
		s.Fatalf("Exec %q: %v", spec.Command, err)
	}
	session := &session{Session: opened, env: s}
	session.within(patience)
	s.Cleanup(func() {
		session.late.Stop()
		if err := opened.Close(); err != nil {
			s.Errorf("Close of a session: %v", err)
		}
	})
	return session
}

// read reads once, and reports whether there may be more.
func (s *session) read() bool {
	p := make([]byte, 32<<10)
	n, from, err := s.Read(p)
	switch {
	case n == 0:
	case from == backend.Stdout:
		s.stdout.Write(p[:n])
	case from == backend.Stderr:
		s.stderr.Write(p[:n])
	default:
		s.env.Errorf("a read from stream %d", from)
	}
	s.err = err
	return err == nil
}

// await reads until there is a text, and returns what was before it. Both are taken off.
func (s *session) await(text string) (before string) {
	s.env.Helper()
	for {
		if before, _, found := strings.Cut(s.stdout.String(), text); found {
			s.stdout.Next(len(before) + len(text))
			return before
		}
		if !s.read() {
			s.env.Fatalf("no %q: %v; output: %q, errors: %q", text, s.err, s.stdout.String(), s.stderr.String())
		}
	}
}

// enter writes to the input.
func (s *session) enter(text string) {
	s.env.Helper()
	if _, err := s.Write([]byte(text)); err != nil {
		s.env.Fatalf("Write %q: %v", text, err)
	}
}

func (s *session) closeInput() {
	s.env.Helper()
	if err := s.CloseInput(); err != nil {
		s.env.Fatalf("CloseInput: %v", err)
	}
}

// expectEnd reads to the end, which has an exit code.
func (s *session) expectEnd(code int) {
	s.env.Helper()
	for s.read() {
	}
	if !errors.Is(s.err, io.EOF) {
		s.env.Fatalf("the session ends with %v, want EOF; output: %q, errors: %q", s.err, s.stdout.String(), s.stderr.String())
	}
	if got := s.ExitCode(); got != code {
		s.env.Errorf("exit code %d, want %d; errors: %q", got, code, s.stderr.String())
	}
}

// executed runs a session to its end.
func (s *env) executed(id string, code int, words ...string) *session {
	s.Helper()
	ran := s.open(id, s.app(words...))
	ran.expectEnd(code)
	return ran
}

func testExecEnvironment(s *env) {
	spec := s.prepared(s.sharedSandbox(), "sleep", "300")
	spec.Env = []string{"COLOR=deep blue", "EMPTY="}
	spec.WorkingDir = "/proc"
	spec.User = "65534"
	id := s.createFrom(spec)
	s.start(id)
	for _, session := range []backend.ExecSpec{s.app("env"), s.onTerminal("env")} {
		ran := s.open(id, session)
		ran.expectEnd(0)
		for _, variable := range spec.Env {
			if !strings.Contains("\n"+strings.ReplaceAll(ran.stdout.String(), "\r\n", "\n"), "\n"+variable+"\n") {
				s.Errorf("the environment lacks %q: %q", variable, ran.stdout.String())
			}
		}
	}
	if got := s.executed(id, 0, "pwd").stdout.String(); got != "/proc\n" {
		s.Errorf("the program is in folder %q, want /proc", got)
	}
	if got := s.executed(id, 0, "id").stdout.String(); !strings.HasPrefix(got, "uid=0") {
		s.Errorf("the program is of user %q, want 0", got)
	}
}

func testExecExitCode(s *env) {
	id := s.sharedHost()
	for _, code := range []int{0, 3, 255} {
		ran := s.open(id, s.app("exit", strconv.Itoa(code)))
		for ran.read() {
		}
		if got := ran.ExitCode(); !errors.Is(ran.err, io.EOF) || got != code {
			s.Errorf("exit %d: exit code %d, %v", code, got, ran.err)
		}
	}
	s.executed(id, 128+9, "die", "9")
	s.executed(id, 128+15, "die", "15")
}

func testExecMissing(s *env) {
	id := s.sharedHost()
	for name, want := range map[string]string{
		"/bin/missing": "Failed to start pty: fork/exec /bin/missing: no such file or directory",
		"missing":      `Failed to start pty: exec: "missing": executable file not found in $PATH`,
	} {
		for _, terminal := range []*backend.TerminalSize{nil, {Columns: 80, Rows: 24}} {
			opened, err := s.Engine.Exec(s.ctx, id, backend.ExecSpec{Command: []string{name, "-x"}, Terminal: terminal})
			var reason *backend.ExecError
			if !errors.As(err, &reason) {
				s.Errorf("Exec of %q: %v, want an ExecError", name, err)
				if err == nil {
					_ = opened.Close()
				}
				continue
			}
			if reason.Reason != want {
				s.Errorf("Exec of %q: %q, want %q", name, reason.Reason, want)
			}
		}
	}
	s.executed(id, 0, "env") // the container is none the worse
}

func testExecRefused(s *env) {
	try := func(id string) error {
		opened, err := s.Engine.Exec(s.ctx, id, s.app("env"))
		if err == nil {
			_ = opened.Close()
		}
		return err
	}
	s.expectMissing("Exec in an unknown container", try(unknownID), backend.KindContainer)
	s.expectError("Exec in a container without Exec", try(s.run(s.sharedSandbox(), "sleep", "300")), backend.ErrNoExec)
	created := s.createFrom(s.prepared(s.sharedSandbox(), "sleep", "300"))
	s.expectError("Exec in a container that has not run", try(created), backend.ErrNotRunning)
	s.start(created)
	s.stop(created, time.Second)
	s.expectError("Exec in a container that has ended", try(created), backend.ErrNotRunning)
	ended, cancel := context.WithCancel(s.ctx)
	cancel()
	if opened, err := s.Engine.Exec(ended, s.sharedHost(), s.app("env")); err == nil {
		_ = opened.Close()
		s.Error("Exec succeeds though its context has ended")
	}
}

func testExecStderr(s *env) {
	ran := s.executed(s.sharedHost(), 3, "exit", "3")
	if ran.stdout.Len() > 0 || ran.stderr.String() != "exit 3\n" {
		s.Errorf("output %q, errors %q, want the errors alone", ran.stdout.String(), ran.stderr.String())
	}
}

func testExecCloseInput(s *env) {
	copied := s.open(s.sharedHost(), s.app("cat"))
	text := strings.Repeat("What is written is read.\n", 40_000) // more than is buffered anywhere
	var writing sync.WaitGroup
	writing.Go(func() {
		copied.enter(text)
		copied.closeInput()
	})
	copied.expectEnd(0)
	writing.Wait()
	if copied.stdout.String() != text {
		s.Errorf("%d bytes came back of %d, or others", copied.stdout.Len(), len(text))
	}
}

func testExecMany(s *env) {
	const sessions = 50
	id := s.sharedHost()
	var all []*session
	for range sessions {
		all = append(all, s.open(id, s.app("cat")))
	}
	for i, one := range all {
		one.enter("session " + strconv.Itoa(i) + "\n")
	}
	for i, one := range all {
		one.await("session " + strconv.Itoa(i) + "\n")
		one.closeInput()
	}
	for _, one := range all {
		one.expectEnd(0)
	}
}

// testExecContainerEnds has sessions of both kinds while their container is stopped, crashes and is removed.
func testExecContainerEnds(s *env) {
	for what, end := range map[string]func(id string){
		"Stop":   func(id string) { s.stop(id, grace) },
		"Crash":  func(id string) { s.crash(id) },
		"Remove": s.remove,
	} {
		id := s.host()
		plain, terminal := s.open(id, s.app("cat")), s.open(id, s.onTerminal("sh"))
		plain.enter("a\n")
		plain.await("a\n")
		terminal.await("# ")
		end(id)
		plain.expectEnd(137)
		terminal.expectEnd(137)
		if _, err := plain.Write([]byte("b\n")); err == nil {
			s.Errorf("Write after %s succeeds", what)
		}
	}
}

func (s *env) crash(id string) {
	s.Helper()
	if err := s.Engine.(backend.Crasher).Crash(s.ctx, id); err != nil {
		s.Fatalf("Crash: %v", err)
	}
}

func testExecRestart(s *env) {
	id := s.host()
	s.executed(id, 0, "env")
	s.stop(id, grace)
	s.start(id)
	s.executed(id, 0, "env")
}
