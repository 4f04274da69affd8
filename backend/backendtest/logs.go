package backendtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

var logCases = []testCase{
	{"LogsOfAStoppedContainer", testLogs},
	{"LogsTellTheStream", testLogsStderr},
	{"LogsFollowUntilTheContainerStops", testLogsFollow},
	{"LogsFollowEndsWithItsContext", testLogsFollowCancelled},
	{"LogsEndWhereTheyEndedAtFirst", testLogsOfAWriter},
	{"LogsEndWithTheErrorOfWrite", testLogsWriteError},
}

func testLogs(s *env) {
	begin := time.Now().Add(-time.Minute) // the engine's clock may differ a little
	id := s.Launch(s.SharedSandbox(), "print", "5")
	s.AwaitExit(id)
	all := []string{"line 1", "line 2", "line 3", "line 4", "line 5"}
	lines := s.Logs(id, backend.LogOptions{})
	expectLines(s.T, "all", lines, all)
	for _, l := range lines {
		if l.Stderr || l.At.Before(begin) {
			s.Errorf("line %+v, want stdout and the time", l)
		}
	}
	expectLines(s.T, "Tail 2", s.Logs(id, backend.LogOptions{Tail: 2}), all[3:])
	expectLines(s.T, "Tail 50", s.Logs(id, backend.LogOptions{Tail: 50}), all)
	expectLines(s.T, "Tail -1", s.Logs(id, backend.LogOptions{Tail: -1}), nil)
	expectLines(s.T, "Tail -1 and Follow", s.Logs(id, backend.LogOptions{Tail: -1, Follow: true}), nil)
	expectLines(s.T, "Follow", s.Logs(id, backend.LogOptions{Follow: true}), all)
	expectLines(s.T, "Since the first line", s.Logs(id, backend.LogOptions{Since: lines[0].At}), all)
	after := lines[4].At.Add(time.Millisecond)
	expectLines(s.T, "Since after the last", s.Logs(id, backend.LogOptions{Since: after}), nil)
	expectLines(s.T, "Since and Tail", s.Logs(id, backend.LogOptions{Since: lines[0].At, Tail: 1}), all[4:])
}

func expectLines(t *testing.T, what string, lines []scene.Line, want []string) {
	t.Helper()
	if got := scene.Texts(lines); !slices.Equal(got, want) {
		t.Errorf("logs, %s: %q, want %q", what, got, want)
	}
}

func testLogsStderr(s *env) {
	sandbox := s.SharedSandbox()
	id := s.Launch(sandbox, "exit", "7")
	s.AwaitExit(id)
	lines := s.Logs(id, backend.LogOptions{})
	expectLines(s.T, "of exit", lines, []string{"exit 7"})
	if len(lines) > 0 && !lines[0].Stderr {
		s.Error("a line to stderr is said to be stdout's")
	}
	created := s.Create(sandbox, "exit", "7")
	expectLines(s.T, "of a container that never ran", s.Logs(created, backend.LogOptions{}), nil)
}

func testLogsFollow(s *env) {
	sandbox, port := s.SharedSandbox(), s.Port()
	id, listening := s.Serve(sandbox, fmt.Sprint(port)), fmt.Sprint("listening on :", port)
	expectLines(s.T, "so far", s.Logs(id, backend.LogOptions{}), []string{listening})
	lines, done := make(chan string, 10), make(chan error, 1)
	go func() {
		done <- s.Engine.Logs(s.Ctx, id, backend.LogOptions{Follow: true, Write: func(_ time.Time, _ bool, line string) error {
			lines <- line
			return nil
		}})
	}()
	expect := func(want string) {
		s.Helper()
		select {
		case got := <-lines:
			if got != want {
				s.Fatalf("line %q, want %q", got, want)
			}
		case <-time.After(scene.Patience):
			s.Fatalf("no line %q within %v", want, scene.Patience)
		}
	}
	expect(listening)
	s.Get(sandbox, port, "/one")
	expect("GET /one")
	s.Get(sandbox, port, "/two")
	expect("GET /two")
	s.Stop(id, scene.Grace)
	select {
	case err := <-done:
		if err != nil {
			s.Errorf("Logs of a container that stopped: %v", err)
		}
	case <-time.After(scene.Patience):
		s.Errorf("Logs has not returned %v after the container stopped", scene.Patience)
	}
}

func testLogsFollowCancelled(s *env) {
	id := s.Serve(s.SharedSandbox(), fmt.Sprint(s.Port()))
	ctx, cancel := context.WithCancel(s.Ctx)
	done := make(chan error, 1)
	go func() {
		done <- s.Engine.Logs(ctx, id, backend.LogOptions{Follow: true, Write: func(time.Time, bool, string) error {
			cancel()
			return nil
		}})
	}()
	select {
	case err := <-done:
		scene.ExpectStopped(s.T, "Logs", err)
	case <-time.After(scene.Patience):
		s.Errorf("Logs has not returned %v after its context ended", scene.Patience)
	}
	if c := s.Inspect(id); c.State != backend.Running {
		s.Errorf("the container stopped with its reader: %+v", c)
	}
}

func testLogsWriteError(s *env) {
	id := s.Launch(s.SharedSandbox(), "print", "5")
	s.AwaitExit(id)
	enough, calls := errors.New("enough"), 0
	err := s.Engine.Logs(s.Ctx, id, backend.LogOptions{Write: func(time.Time, bool, string) error {
		if calls++; calls == 2 {
			return enough
		}
		return nil
	}})
	s.ExpectError("Logs whose Write fails", err, enough)
	if calls != 2 {
		s.Errorf("Write was called %d times, want 2", calls)
	}
}

// testLogsOfAWriter has a container that writes a line for each line that is read of it. A reader that does
// not follow gets those that there were when it began.
func testLogsOfAWriter(s *env) {
	sandbox, port := s.SharedSandbox(), s.Port()
	id := s.Serve(sandbox, fmt.Sprint(port))
	s.Get(sandbox, port, "/before")
	enough := errors.New("enough")
	read := func(follow bool, most int) (lines []string, err error) {
		err = s.Engine.Logs(s.Ctx, id, backend.LogOptions{Follow: follow, Write: func(_ time.Time, _ bool, text string) error {
			if lines = append(lines, text); len(lines) == most {
				return enough
			}
			if !follow {
				s.Get(sandbox, port, "/meanwhile")
			}
			return nil
		}})
		return lines, err
	}
	before, err := read(true, 2)
	s.ExpectError("Logs of two lines", err, enough)
	if lines, err := read(false, 10); err != nil || !slices.Equal(lines, before) {
		s.Errorf("lines %q and error %v, want %q", lines, err, before)
	}
}
