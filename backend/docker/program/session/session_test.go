//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// programEnv makes the test binary the program.
const programEnv = "ECS_EMULATOR_TEST_SESSION"

func TestMain(m *testing.M) {
	if os.Getenv(programEnv) != "" {
		_ = os.Unsetenv(programEnv)
		main()
		return
	}
	// Who runs tests with nohup has hang-ups ignored, and what a program starts inherits that, but not that the
	// program takes them itself.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	os.Exit(m.Run())
}

// patience is for how long a program may take for what it does at once, on a machine that is busy.
const patience = 2 * time.Minute

// near is the near end of the program.
type near struct {
	*testing.T
	cmd          *exec.Cmd
	in           io.WriteCloser
	frames       frame.Reader
	said, errors strings.Builder // output
	taken        int             // of the input
}

// launch starts the program, and says that its client is there.
func launch(t *testing.T, words ...string) *near {
	t.Helper()
	n := launchAlone(t, words...)
	n.send(frame.Begin, nil)
	return n
}

func launchAlone(t *testing.T, words ...string) *near {
	t.Helper()
	n := &near{T: t, cmd: exec.CommandContext(t.Context(), os.Args[0], words...)}
	n.cmd.Env = append(os.Environ(), programEnv+"=1")
	var err error
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if n.frames.From, err = n.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	n.cmd.Stderr = os.Stderr
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = n.cmd.Process.Kill() })
	t.Cleanup(func() {
		late.Stop()
		_ = n.cmd.Process.Kill()
		_ = n.cmd.Wait()
	})
	return n
}

// shell starts a script that runs on a terminal or on pipes.
func shell(t *testing.T, kind, script string) *near {
	t.Helper()
	words := []string{kind}
	if kind == "terminal" {
		words = append(words, "100", "40")
	}
	n := launch(t, append(words, "sh", "-c", script)...)
	n.expect(frame.Started)
	return n
}

func (n *near) next() (frame.Type, []byte) {
	n.Helper()
	kind, size, err := n.frames.Next()
	if err != nil {
		n.Fatalf("no frame: %v; output so far: %q", err, n.said.String())
	}
	payload, err := n.frames.Payload(size)
	if err != nil {
		n.Fatal(err)
	}
	switch kind {
	case frame.Stdout:
		n.said.Write(payload)
	case frame.Stderr:
		n.errors.Write(payload)
	case frame.Taken:
		n.taken += int(frame.ParseNumber(payload))
	}
	return kind, payload
}

func (n *near) expect(want frame.Type) []byte {
	n.Helper()
	got, payload := n.next()
	if got != want {
		n.Fatalf("a frame of type %d, %q; want %d", got, payload, want)
	}
	return payload
}

// line reads a line of output.
func (n *near) line() string {
	n.Helper()
	for {
		if line, rest, whole := strings.Cut(n.said.String(), "\n"); whole {
			n.said.Reset()
			n.said.WriteString(rest)
			return strings.TrimRight(line, "\r")
		}
		n.next()
	}
}

func (n *near) number() int {
	n.Helper()
	line := n.line()
	number, err := strconv.Atoi(line)
	if err != nil {
		n.Fatalf("%q is no number", line)
	}
	return number
}

// exit reads to the exit code.
func (n *near) exit() int {
	n.Helper()
	for {
		if kind, payload := n.next(); kind == frame.Exit {
			return int(frame.ParseNumber(payload))
		}
	}
}

func (n *near) send(t frame.Type, payload []byte) {
	n.Helper()
	if _, err := n.in.Write(frame.Make(t, payload)); err != nil {
		n.Fatal(err)
	}
}

// hangUp ends the input, and waits for the program to end, whose output it does not read.
func (n *near) hangUp() {
	n.Helper()
	_ = n.in.Close()
	if _, err := n.cmd.Process.Wait(); err != nil {
		n.Error(err)
	}
}

// runs reports whether a process is there and no zombie.
// Source: proc_pid_stat(5).
func runs(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := bytes.Cut(text, []byte(") "))
	return err == nil && state[0] != 'Z'
}

func (n *near) expectGone(pid int) {
	n.Helper()
	late := time.After(patience)
	for tick := time.Tick(5 * time.Millisecond); runs(pid); {
		select {
		case <-tick:
		case <-late:
			n.Fatalf("process %d goes on", pid)
		}
	}
}

func TestAHangUpEndsTheProcessesOfTheSession(t *testing.T) {
	for _, kind := range []string{"terminal", "plain"} {
		t.Run(kind, func(t *testing.T) {
			n := shell(t, kind, "sleep 1000 & echo $!; (sleep 1000 & echo $!); echo $$; sleep 1000")
			background, orphan, leader := n.number(), n.number(), n.number()
			n.hangUp()
			for _, pid := range []int{background, orphan, leader} {
				if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
					t.Errorf("process %d is there when the program has ended: %v", pid, err)
				}
			}
		})
	}
}

func TestWhatIgnoresAHangUpGoesOn(t *testing.T) {
	n := shell(t, "terminal", "trap '' HUP; echo $$; sleep 1000")
	leader := n.number()
	t.Cleanup(func() { signalSession(leader, syscall.SIGKILL) })
	n.hangUp()
	if !runs(leader) {
		t.Error("the shell ended though it ignores the signal")
	}
}

func TestAKilledProgramHangsUpItsTerminal(t *testing.T) {
	n := shell(t, "terminal", "echo $$; sleep 1000")
	leader := n.number()
	_ = n.cmd.Process.Kill()
	n.expectGone(leader)
}

func TestAHangUpIsSeenWhileNothingMoves(t *testing.T) {
	t.Run("as the output is not read", func(t *testing.T) {
		n := shell(t, "terminal", "echo $$; yes")
		leader := n.number()
		n.hangUp()
		n.expectGone(leader)
	})
	t.Run("as the input is not taken", func(t *testing.T) {
		n := shell(t, "plain", "echo $$; sleep 1000")
		leader := n.number()
		for sent := 0; sent < frame.Window; sent += 16 << 10 {
			n.send(frame.Input, make([]byte, 16<<10))
		}
		n.hangUp()
		n.expectGone(leader)
	})
	t.Run("as the command has stopped", func(t *testing.T) {
		n := shell(t, "terminal", "echo $$; kill -STOP $$")
		leader := n.number()
		n.hangUp()
		n.expectGone(leader)
	})
}

func TestTheEndOfACommandEndsItsSession(t *testing.T) {
	t.Run("and what its terminal still runs", func(t *testing.T) {
		n := shell(t, "terminal", "sleep 1000 & echo $!; exit 3")
		background := n.number()
		if code := n.exit(); code != 3 {
			t.Errorf("exit code %d", code)
		}
		n.expectGone(background)
	})
	t.Run("but not what it left behind without one", func(t *testing.T) {
		n := shell(t, "plain", "sleep 1000 & echo $!")
		background := n.number()
		t.Cleanup(func() { _ = syscall.Kill(background, syscall.SIGKILL) })
		if code := n.exit(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		n.hangUp()
		if !runs(background) {
			t.Error("what it left behind has ended")
		}
	})
	t.Run("with all of its output", func(t *testing.T) {
		for _, kind := range []string{"terminal", "plain"} {
			n := shell(t, kind, "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; kill -TERM $$")
			if code := n.exit(); code != 128+15 || !strings.Contains(n.said.String(), "line 1999") {
				t.Errorf("%s: exit code %d, output ends with %q", kind, code, n.said.String()[max(0, n.said.Len()-40):])
			}
		}
	})
}

func TestATerminalHasTheSizeThatItIsTold(t *testing.T) {
	n := shell(t, "terminal", "trap 'stty size' WINCH; stty size; echo $TERM; while :; do sleep 0.01; done")
	if size, kind := n.line(), n.line(); size != "40 100" || kind != "xterm-256color" {
		t.Errorf("the terminal has size %q and is a %q", size, kind)
	}
	n.send(frame.Resize, frame.Number(132<<16|50))
	if size := n.line(); size != "50 132" {
		t.Errorf("the terminal has size %q", size)
	}
	n.hangUp()
}

func TestTheInputOfACommandEnds(t *testing.T) {
	n := shell(t, "plain", "cat; echo errors >&2")
	n.send(frame.Input, []byte("some input\n"))
	n.send(frame.EndOfInput, nil)
	if line := n.line(); line != "some input" {
		t.Errorf("output %q", line)
	}
	n.exit()
	if n.errors.String() != "errors\n" || n.taken != len("some input\n") {
		t.Errorf("errors %q, and %d bytes were taken", n.errors.String(), n.taken)
	}
}

func TestNoCommandStartsBeforeItsClientIsThere(t *testing.T) {
	for _, words := range [][]string{
		{"terminal", "80", "24", "echo", "started"}, {"plain", "echo", "started"}, {"forward", "127.0.0.1", "1"},
	} {
		n := launchAlone(t, words...)
		_ = n.in.Close()
		if said, err := io.ReadAll(n.frames.From); len(said) > 0 || err != nil {
			t.Errorf("%q without a client says %q (%v)", words, said, err)
		}
	}
}

// Source: recorded-exec.md X8.
func TestACommandThatCannotStart(t *testing.T) {
	for name, want := range map[string]string{
		"/bin/missing": "Failed to start pty: fork/exec /bin/missing: no such file or directory",
		"/etc/passwd":  "Failed to start pty: fork/exec /etc/passwd: permission denied",
		"A=1":          `Failed to start pty: exec: "A=1": executable file not found in $PATH`,
	} {
		for _, words := range [][]string{{"terminal", "80", "24", name}, {"plain", name}} {
			if got := launch(t, words...).expect(frame.Failed); string(got) != want {
				t.Errorf("%q: %q, want %q", words, got, want)
			}
		}
	}
}
