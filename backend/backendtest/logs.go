package backendtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
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
	id := s.run(s.sharedSandbox(), "print", "5")
	s.awaitExit(id)
	all := []string{"line 1", "line 2", "line 3", "line 4", "line 5"}
	lines := s.logs(id, backend.LogOptions{})
	expectLines(s.T, "all", lines, all)
	for _, l := range lines {
		if l.stderr || l.at.Before(begin) {
			s.Errorf("line %+v, want stdout and the time", l)
		}
	}
	expectLines(s.T, "Tail 2", s.logs(id, backend.LogOptions{Tail: 2}), all[3:])
	expectLines(s.T, "Tail 50", s.logs(id, backend.LogOptions{Tail: 50}), all)
	expectLines(s.T, "Tail -1", s.logs(id, backend.LogOptions{Tail: -1}), nil)
	expectLines(s.T, "Tail -1 and Follow", s.logs(id, backend.LogOptions{Tail: -1, Follow: true}), nil)
	expectLines(s.T, "Follow", s.logs(id, backend.LogOptions{Follow: true}), all)
	expectLines(s.T, "Since the first line", s.logs(id, backend.LogOptions{Since: lines[0].at}), all)
	after := lines[4].at.Add(time.Millisecond)
	expectLines(s.T, "Since after the last", s.logs(id, backend.LogOptions{Since: after}), nil)
	expectLines(s.T, "Since and Tail", s.logs(id, backend.LogOptions{Since: lines[0].at, Tail: 1}), all[4:])
}

func expectLines(t *testing.T, what string, lines []line, want []string) {
	t.Helper()
	if got := texts(lines); !slices.Equal(got, want) {
		t.Errorf("logs, %s: %q, want %q", what, got, want)
	}
}

func testLogsStderr(s *env) {
	sandbox := s.sharedSandbox()
	id := s.run(sandbox, "exit", "7")
	s.awaitExit(id)
	lines := s.logs(id, backend.LogOptions{})
	expectLines(s.T, "of exit", lines, []string{"exit 7"})
	if len(lines) > 0 && !lines[0].stderr {
		s.Error("a line to stderr is said to be stdout's")
	}
	created := s.create(sandbox, "exit", "7")
	expectLines(s.T, "of a container that never ran", s.logs(created, backend.LogOptions{}), nil)
}

func testLogsFollow(s *env) {
	sandbox, port := s.sharedSandbox(), s.port()
	id, listening := s.serve(sandbox, fmt.Sprint(port)), fmt.Sprint("listening on :", port)
	expectLines(s.T, "so far", s.logs(id, backend.LogOptions{}), []string{listening})
	lines, done := make(chan string, 10), make(chan error, 1)
	go func() {
		done <- s.Engine.Logs(s.ctx, id, backend.LogOptions{Follow: true, Write: func(_ time.Time, _ bool, line string) error {
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
		case <-time.After(patience):
			s.Fatalf("no line %q within %v", want, patience)
		}
	}
	expect(listening)
	s.get(sandbox, port, "/one")
	expect("GET /one")
	s.get(sandbox, port, "/two")
	expect("GET /two")
	s.stop(id, grace)
	select {
	case err := <-done:
		if err != nil {
			s.Errorf("Logs of a container that stopped: %v", err)
		}
	case <-time.After(patience):
		s.Errorf("Logs has not returned %v after the container stopped", patience)
	}
}

func testLogsFollowCancelled(s *env) {
	id := s.serve(s.sharedSandbox(), fmt.Sprint(s.port()))
	ctx, cancel := context.WithCancel(s.ctx)
	done := make(chan error, 1)
	go func() {
		done <- s.Engine.Logs(ctx, id, backend.LogOptions{Follow: true, Write: func(time.Time, bool, string) error {
			cancel()
			return nil
		}})
	}()
	select {
	case err := <-done:
		expectStopped(s.T, "Logs", err)
	case <-time.After(patience):
		s.Errorf("Logs has not returned %v after its context ended", patience)
	}
	if c := s.inspect(id); c.State != backend.Running {
		s.Errorf("the container stopped with its reader: %+v", c)
	}
}

func testLogsWriteError(s *env) {
	id := s.run(s.sharedSandbox(), "print", "5")
	s.awaitExit(id)
	enough, calls := errors.New("enough"), 0
	err := s.Engine.Logs(s.ctx, id, backend.LogOptions{Write: func(time.Time, bool, string) error {
		if calls++; calls == 2 {
			return enough
		}
		return nil
	}})
	s.expectError("Logs whose Write fails", err, enough)
	if calls != 2 {
		s.Errorf("Write was called %d times, want 2", calls)
	}
}

// testLogsOfAWriter has a container that writes a line for each line that is read of it. A reader that does
// not follow gets those that there were when it began.
func testLogsOfAWriter(s *env) {
	sandbox, port := s.sharedSandbox(), s.port()
	id := s.serve(sandbox, fmt.Sprint(port))
	s.get(sandbox, port, "/before")
	enough := errors.New("enough")
	read := func(follow bool, most int) (lines []string, err error) {
		err = s.Engine.Logs(s.ctx, id, backend.LogOptions{Follow: follow, Write: func(_ time.Time, _ bool, text string) error {
			if lines = append(lines, text); len(lines) == most {
				return enough
			}
			if !follow {
				s.get(sandbox, port, "/meanwhile")
			}
			return nil
		}})
		return lines, err
	}
	before, err := read(true, 2)
	s.expectError("Logs of two lines", err, enough)
	if lines, err := read(false, 10); err != nil || !slices.Equal(lines, before) {
		s.Errorf("lines %q and error %v, want %q", lines, err, before)
	}
}
