package backendtest

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// RunExec runs the part of the suite that is about sessions: [backend.Executor].
func RunExec(t *testing.T, open func(t *testing.T) Fixture) {
	s := scene.NewSuite(t, open(t))
	run(t, s, []testCase{
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

func testExecEnvironment(s *env) {
	spec := s.Prepared(s.SharedSandbox(), "sleep", "300")
	spec.Env = []string{"COLOR=deep blue", "EMPTY="}
	spec.WorkingDir = "/proc"
	spec.User = "65534"
	id := s.CreateFrom(spec)
	s.Start(id)
	for _, session := range []backend.ExecSpec{s.App("env"), s.OnTerminal("env")} {
		ran := s.Open(id, session)
		ran.ExpectEnd(0)
		for _, variable := range spec.Env {
			if !strings.Contains("\n"+strings.ReplaceAll(ran.Stdout.String(), "\r\n", "\n"), "\n"+variable+"\n") {
				s.Errorf("the environment lacks %q: %q", variable, ran.Stdout.String())
			}
		}
	}
	if got := s.Executed(id, 0, "pwd").Stdout.String(); got != "/proc\n" {
		s.Errorf("the program is in folder %q, want /proc", got)
	}
	if got := s.Executed(id, 0, "id").Stdout.String(); !strings.HasPrefix(got, "uid=0") {
		s.Errorf("the program is of user %q, want 0", got)
	}
}

func testExecExitCode(s *env) {
	id := s.SharedHost()
	for _, code := range []int{0, 3, 255} {
		ran := s.Open(id, s.App("exit", strconv.Itoa(code)))
		for ran.ReadOnce() {
		}
		if got := ran.ExitCode(); !errors.Is(ran.Err, io.EOF) || got != code {
			s.Errorf("exit %d: exit code %d, %v", code, got, ran.Err)
		}
	}
	s.Executed(id, 128+9, "die", "9")
	s.Executed(id, 128+15, "die", "15")
}

func testExecMissing(s *env) {
	id := s.SharedHost()
	for name, want := range map[string]string{
		"/bin/missing": "Failed to start pty: fork/exec /bin/missing: no such file or directory",
		"missing":      `Failed to start pty: exec: "missing": executable file not found in $PATH`,
	} {
		for _, terminal := range []*backend.TerminalSize{nil, {Columns: 80, Rows: 24}} {
			opened, err := s.Engine.Exec(s.Ctx, id, backend.ExecSpec{Command: []string{name, "-x"}, Terminal: terminal})
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
	s.Executed(id, 0, "env") // the container is none the worse
}

func testExecRefused(s *env) {
	try := func(id string) error {
		opened, err := s.Engine.Exec(s.Ctx, id, s.App("env"))
		if err == nil {
			_ = opened.Close()
		}
		return err
	}
	s.ExpectMissing("Exec in an unknown container", try(unknownID), backend.KindContainer)
	s.ExpectError("Exec in a container without Exec", try(s.Launch(s.SharedSandbox(), "sleep", "300")), backend.ErrNoExec)
	created := s.CreateFrom(s.Prepared(s.SharedSandbox(), "sleep", "300"))
	s.ExpectError("Exec in a container that has not run", try(created), backend.ErrNotRunning)
	s.Start(created)
	s.Stop(created, time.Second)
	s.ExpectError("Exec in a container that has ended", try(created), backend.ErrNotRunning)
	ended, cancel := context.WithCancel(s.Ctx)
	cancel()
	if opened, err := s.Engine.Exec(ended, s.SharedHost(), s.App("env")); err == nil {
		_ = opened.Close()
		s.Error("Exec succeeds though its context has ended")
	}
}

func testExecStderr(s *env) {
	ran := s.Executed(s.SharedHost(), 3, "exit", "3")
	if ran.Stdout.Len() > 0 || ran.Stderr.String() != "exit 3\n" {
		s.Errorf("output %q, errors %q, want the errors alone", ran.Stdout.String(), ran.Stderr.String())
	}
}

func testExecCloseInput(s *env) {
	copied := s.Open(s.SharedHost(), s.App("cat"))
	text := strings.Repeat("What is written is read.\n", 40_000) // more than is buffered anywhere
	var writing sync.WaitGroup
	writing.Go(func() {
		copied.Enter(text)
		copied.EndInput()
	})
	copied.ExpectEnd(0)
	writing.Wait()
	if copied.Stdout.String() != text {
		s.Errorf("%d bytes came back of %d, or others", copied.Stdout.Len(), len(text))
	}
}

func testExecMany(s *env) {
	const sessions = 50
	id := s.SharedHost()
	var all []*scene.Session
	for range sessions {
		all = append(all, s.Open(id, s.App("cat")))
	}
	for i, one := range all {
		one.Enter("session " + strconv.Itoa(i) + "\n")
	}
	for i, one := range all {
		one.Await("session " + strconv.Itoa(i) + "\n")
		one.EndInput()
	}
	for _, one := range all {
		one.ExpectEnd(0)
	}
}

// testExecContainerEnds has sessions of both kinds while their container is stopped, crashes and is removed.
func testExecContainerEnds(s *env) {
	for what, end := range map[string]func(id string){
		"Stop":   func(id string) { s.Stop(id, scene.Grace) },
		"Crash":  func(id string) { s.crash(id) },
		"Remove": s.Remove,
	} {
		id := s.Host()
		plain, terminal := s.Open(id, s.App("cat")), s.Open(id, s.OnTerminal("sh"))
		plain.Enter("a\n")
		plain.Await("a\n")
		terminal.Await("# ")
		end(id)
		plain.ExpectEnd(137)
		terminal.ExpectEnd(137)
		if _, err := plain.Write([]byte("b\n")); err == nil {
			s.Errorf("Write after %s succeeds", what)
		}
	}
}

func (s *env) crash(id string) {
	s.Helper()
	if err := s.Engine.(backend.Crasher).Crash(s.Ctx, id); err != nil {
		s.Fatalf("Crash: %v", err)
	}
}

func testExecRestart(s *env) {
	id := s.Host()
	s.Executed(id, 0, "env")
	s.Stop(id, scene.Grace)
	s.Start(id)
	s.Executed(id, 0, "env")
}
