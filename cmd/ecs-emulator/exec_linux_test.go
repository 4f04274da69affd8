package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// types is what the user types.
func (s *screen) types(text string) {
	s.Helper()
	_, err := s.user.WriteString(text)
	s.must(err)
}

// awaits waits until the screen shows a text.
func (s *screen) awaits(text string) {
	s.Helper()
	defer func() {
		if s.Failed() {
			s.Log(s.text())
		}
	}()
	s.eventually("the screen shows "+text, func() bool { return strings.Contains(s.text(), text) })
}

// takesKeys waits until the command has nothing to do but wait for a key. AWS's plugin counts the messages of keys
// and that of the terminal's size without a lock: a key beside the size is lost, and maybe all after it.
// Source: its src/datachannel/streaming.go, SendInputDataMessage.
func (s *screen) takesKeys() {
	s.Helper()
	s.eventually("the command waits for keys", func() bool { return s.mode()&(unix.ICANON|unix.ECHO) == 0 && s.sleeps() })
}

// sleeps reports whether no thread runs, or could, of the processes at the terminal.
func (s *screen) sleeps() bool {
	s.Helper()
	threads, err := filepath.Glob("/proc/[0-9]*/task/*/stat")
	s.must(err)
	for _, file := range threads {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// Behind the name: state, parent, process group, session. Source: proc_pid_stat(5).
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if fields[3] == strconv.Itoa(s.cmd.Process.Pid) && fields[0] != "S" {
			return false
		}
	}
	return true
}

// runs types a line, and waits for the next prompt.
func (s *screen) runs(line string) {
	s.Helper()
	s.takesKeys()
	before := strings.Count(s.text(), "# ")
	s.types(line + "\r")
	s.eventually(line+" has run", func() bool { return strings.Count(s.text(), "# ") > before })
}

// isRaw reports whether the terminal passes on each key.
func (s *screen) isRaw() bool {
	s.Helper()
	return s.mode()&unix.ICANON == 0
}

func (s *screen) mode() uint32 {
	s.Helper()
	mode, err := unix.IoctlGetTermios(int(s.user.Fd()), unix.TCGETS)
	s.must(err)
	return mode.Lflag
}

// execOnTerminal runs `ecs-emulator exec` on a terminal whose mode can be asked for after its end.
func execOnTerminal(p *process, task string, command ...string) *screen {
	p.Helper()
	args := append([]string{"exec", "--endpoint", endpoint.FindStringSubmatch(p.ready)[1], task, "--"}, command...)
	return onTerminal(p, 100, false, args...)
}

func TestExecOnATerminal(t *testing.T) {
	t.Parallel()
	onEngines(t, func(p *process, image string) {
		task, app := p.runExecutable(image, "app"), dockertest.AppPath
		shell := execOnTerminal(p, task, app, "sh")
		shell.awaits("# ")
		if !shell.isRaw() {
			p.Error("the terminal is not raw while the session lasts")
		}
		shell.types("stty size\r")
		shell.awaits("50 100\n# ")
		p.must(pty.Setsize(shell.user, &pty.Winsize{Cols: 91, Rows: 31}))
		p.eventually("the program has the new size", func() bool {
			shell.runs("stty size")
			return strings.Contains(shell.text(), "31 91\n")
		})
		shell.types("cat\r")
		shell.awaits("# cat\n")
		shell.types("abc\r")
		shell.awaits("abc\nabc\n") // the echo, and cat
		shell.runs("\x03")         // the key of Ctrl-C
		shell.runs("echo still here")
		shell.awaits("\nstill here\n")
		shell.types("exit 5\r")
		_ = shell.cmd.Wait()
		if code := shell.cmd.ProcessState.ExitCode(); code != 5 || shell.isRaw() {
			p.Errorf("it ends with %d, the terminal is raw: %t:\n%s", code, shell.isRaw(), shell.text())
		}
	})
}

// TestExecRestoresTheTerminal also where the session does not end by itself.
func TestExecRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	p := startServe(t, "--engine", "sim")
	task := p.runExecutable("app", "app")
	for _, c := range []struct {
		name, shows string
		end         func(s *screen)
		code        int
	}{
		{"SIGTERM", "", func(s *screen) { p.must(s.cmd.Process.Signal(syscall.SIGTERM)) }, 143},
		{"SIGHUP", "", func(s *screen) { p.must(s.cmd.Process.Signal(syscall.SIGHUP)) }, 129},
		{"the emulator's death", "ecs-emulator: the connection to the emulator broke, ", func(*screen) { p.kill() }, 255},
	} {
		s := execOnTerminal(p, task, "sh")
		s.awaits("# ")
		if !s.isRaw() {
			t.Errorf("%s: the terminal is not raw before", c.name)
		}
		c.end(s)
		_ = s.cmd.Wait()
		if code := s.cmd.ProcessState.ExitCode(); code != c.code || s.isRaw() {
			t.Errorf("%s ends it with %d, the terminal is raw: %t", c.name, code, s.isRaw())
		}
		s.awaits(c.shows)
	}
}
