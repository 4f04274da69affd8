package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// sessions is a world with a container that has sessions. Its methods are assertions.
type sessions struct {
	*world
	id string
}

func newSessions(t *testing.T, opts sim.Options, labels map[string]string) *sessions {
	t.Helper()
	w := newWorld(t, opts)
	return &sessions{w, w.run(backend.ContainerSpec{Exec: true, Labels: labels, Env: []string{"COLOR=blue"}})}
}

func (s *sessions) open(terminal bool, words ...string) backend.Session {
	s.Helper()
	spec := backend.ExecSpec{Command: words}
	if terminal {
		spec.Terminal = &backend.TerminalSize{Columns: 80, Rows: 24}
	}
	opened, err := s.Exec(s.Context(), s.id, spec)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { opened.Close() })
	return opened
}

// all reads a session to its end; what is of the stream of errors begins with "! ".
func all(t *testing.T, from backend.Session) (text string, err error) {
	t.Helper()
	var read strings.Builder
	p := make([]byte, 4096)
	for {
		n, stream, err := from.Read(p)
		if err != nil {
			return read.String(), err
		}
		if stream == backend.Stderr {
			read.WriteString("! ")
		}
		read.Write(p[:n])
	}
}

func (s *sessions) expect(opened backend.Session, want string, code int) {
	s.Helper()
	got, err := all(s.T, opened)
	if got != want || !errors.Is(err, io.EOF) || opened.ExitCode() != code {
		s.Errorf("%q, %v, exit code %d; want %q and %d", got, err, opened.ExitCode(), want, code)
	}
}

func TestShellsOfSessions(t *testing.T) {
	s := newSessions(t, sim.Options{}, nil)
	for _, c := range []struct {
		script, want string
		code         int
	}{
		{"echo $COLOR; false || echo no; true && echo yes", "blue\nno\nyes\n", 0},
		{"false; echo $?; exit 3; echo never", "1\n", 3},
		{"X=1; export Y=2 X=3; echo $X $Y; Z=4 printenv Z; echo $Z.", "3 2\n4\n.\n", 0},
		{"echo one\nrails server", "one\n! sh: 2: rails: not found\n", 127},
		{"echo one >&2", "! one\n", 0},
		{"write /tmp/a one; cat /tmp/a; cd /tmp; cat a b; pwd", "one\none\n! cat: b: No such file or directory\n/tmp\n", 0},
		{"sh -c 'exit 4'; echo $?; exec echo last; echo never", "4\nlast\n", 0},
		{"echo a | cat", "! sh: 1: the simulated engine's shell does not understand: echo a | cat\n", 2},
		{"kill -9 $$; echo never", "", 137},
		{"env X=1 printenv X; env rails; cd /tmp; write r one; read r; read /r", "1\n! env: 'rails': No such file or directory\none\n! open /r: no such file or directory\n", 1},
		{"sleep soon", "! sleep: the simulated engine does not understand the arguments: [\"soon\"]\n", 2},
		{"missing", "! sh: 1: missing: not found\n", 127},
	} {
		s.expect(s.open(false, "/bin/sh", "-c", c.script), c.want, c.code)
	}
	s.expect(s.open(false, "sh", "-c", "echo $0 $2 $# $@", "zero", "one", "two"), "zero two 2 one two\n", 0)
	s.expect(s.open(false, "bash", "-lc", "rails"), "! bash: line 1: rails: command not found\n", 127)
}

// TestVariablesOfShellsAreBounded: each as Linux bounds a word of a program's environment, and all of them as
// it bounds a program's words and environment.
func TestVariablesOfShellsAreBounded(t *testing.T) {
	s := newSessions(t, sim.Options{}, nil)
	const sixteen = "X=0123456789abcdef"
	s.expect(s.open(false, "sh", "-c", sixteen+strings.Repeat(" && X=$X$X", 40)), "! sh: 1: X: Argument list too long\n", 126)
	s.expect(s.open(false, "sh", "-c", sixteen+strings.Repeat(" && X=$X$X", 40)+"; echo $?; X=; echo $?."), "! sh: 1: X: Argument list too long\n126\n0.\n", 0)
	many := sixteen + strings.Repeat(" && X=$X$X", 12) // 64 KiB
	for i := range 40 {
		many += fmt.Sprintf(" && export X%d=$X", i)
	}
	s.expect(s.open(false, "sh", "-c", many), "! sh: 1: X30: Argument list too long\n", 126)
	words := sixteen + strings.Repeat(" && X=$X$X", 12) + " && echo" + strings.Repeat(" $X", 10_000)
	s.expect(s.open(false, "sh", "-c", words), "! sh: 1: echo: Argument list too long\n", 126)
}

func TestAShellPrompts(t *testing.T) {
	s := newSessions(t, sim.Options{}, nil)
	for shell, prompt := range map[string]string{"/bin/sh": "# ", "/bin/bash": "root@ip-172-31-0-4.ec2.internal:/# "} {
		opened := s.open(true, shell)
		if _, err := opened.Write([]byte("ech\x7f\x7f\x15echo héé\x7f\x7fi thé\x17there\rexit 3\r")); err != nil {
			t.Fatal(err)
		}
		got, err := all(t, opened)
		if !errors.Is(err, io.EOF) || !strings.HasPrefix(got, prompt) && !strings.HasPrefix(got, "ech") ||
			!strings.Contains(got, "hi there\r\n") || opened.ExitCode() != 3 {
			t.Errorf("%s: %q, %v, exit code %d", shell, got, err, opened.ExitCode())
		}
	}
}

// A program that nothing is known of fails and says how to have it; a label or a rule does.
func TestProgramsOfSessionsAreScripted(t *testing.T) {
	s := newSessions(t, sim.Options{Scripts: []sim.Rule{{Image: "app", Script: sim.Script{Exec: map[string]sim.Command{
		"psql": {Run: func(_ context.Context, p *sim.Process) int {
			query, _ := io.ReadAll(p.Stdin)
			fmt.Fprintf(p.Stdout, "%s in %s: %s", p.Args, p.Dir, query)
			return 5
		}},
		"crash": {Run: func(context.Context, *sim.Process) int { panic("oops") }},
	}}}}}, labels("exec.rails", "echo rails $1; exit 3", "exec./opt/missing", "echo there"))

	s.expect(s.open(false, "/app/bin/rails", "db:migrate"), "rails db:migrate\n", 3)
	s.expect(s.open(false, "sh", "-c", "rails a && echo never || echo failed"), "rails a\nfailed\n", 0)
	s.expect(s.open(false, "/opt/missing"), "there\n", 0)
	s.expect(s.open(false, "crash"), "! panic: oops\n", 2)
	s.expect(s.open(false, "/usr/bin/python", "manage.py"), "! The simulated engine runs nothing of an image and knows no program "+
		"\"/usr/bin/python\": the Docker label ecs-emulator.sim.exec.python says what it does.\n", 127)

	psql := s.open(false, "psql", "-q")
	if _, err := psql.Write([]byte("select 1")); err != nil {
		t.Fatal(err)
	}
	if err := psql.CloseInput(); err != nil {
		t.Fatal(err)
	}
	s.expect(psql, "[psql -q] in /: select 1", 5)

	other := newSessions(t, sim.Options{}, labels("exec.*", "echo $0 $@"))
	other.expect(other.open(false, "python", "manage.py", "migrate"), "python manage.py migrate\n", 0)
	other.expect(other.open(false, "printenv", "COLOR"), "blue\n", 0)
}

func TestSessionsSleepOnTheEnginesClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clk := clock.New(clock.Options{})
		if err := clk.SetSpeed(0); err != nil {
			t.Fatal(err)
		}
		s := newSessions(t, sim.Options{Clock: sim.ClockOf(clk)}, nil)
		opened := s.open(false, "sh", "-c", "sleep 60; echo first; sleep 60; echo second")
		ended := make(chan string)
		go func() {
			got, _ := all(t, opened)
			ended <- got
		}()
		synctest.Wait()
		time.Sleep(time.Hour) // which is not the engine's
		select {
		case got := <-ended:
			t.Fatalf("the session has ended with %q, though the clock stands", got)
		default:
		}
		if err := clk.Advance(t.Context(), 2*time.Minute); err != nil { // both are over by then
			t.Fatal(err)
		}
		if got := <-ended; got != "first\nsecond\n" {
			t.Errorf("the session wrote %q", got)
		}
	})
}

// A program blocks once little of its output waits, and goes on when that is read.
func TestOutputOfSessionsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		written := 0
		s := newSessions(t, sim.Options{Scripts: []sim.Rule{{Image: "app", Script: sim.Script{Exec: map[string]sim.Command{
			"flood": {Run: func(_ context.Context, p *sim.Process) int {
				for {
					n, err := p.Stdout.Write(make([]byte, 1000))
					if written += n; err != nil {
						return 1
					}
				}
			}},
		}}}}}, nil)
		opened := s.open(false, "flood")
		synctest.Wait()
		before := written
		if before == 0 || before > 128<<10 {
			t.Errorf("%d bytes wait to be read", before)
		}
		if _, _, err := opened.Read(make([]byte, 32<<10)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if written <= before {
			t.Error("the program does not go on when its output is read")
		}
		opened.Close()
		synctest.Wait() // and nothing is left running, or the bubble would say so
	})
}

func TestSessionsEndWithTheirEngine(t *testing.T) {
	for what, end := range map[string]func(*sim.Engine){
		"Disconnect": func(e *sim.Engine) { e.Disconnect(errors.New("pulled the plug")) },
		"Close":      func(e *sim.Engine) { e.Close() },
	} {
		s := newSessions(t, sim.Options{}, nil)
		opened := s.open(true, "sh")
		end(s.Engine)
		_, err := all(t, opened)
		if !errors.Is(err, backend.ErrUnavailable) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the session ends with %v", what, err)
		}
	}
}

// Programs that run each other without end, as the label exec.* easily has them, end: they would take the
// emulator with them.
func TestProgramsOfSessionsThatRunEachOther(t *testing.T) {
	for _, own := range []map[string]string{
		labels("exec.rails", "rails"), labels("exec.*", "python $0"), labels("exec.rails", "env rake", "exec.rake", "sh -c 'exec rails'"),
	} {
		s := newSessions(t, sim.Options{}, own)
		opened := s.open(false, "rails")
		const want = "! The simulated engine does not run it: programs that run programs are 200 deep already.\n"
		s.expect(opened, want, 2)
	}
	s := newSessions(t, sim.Options{}, nil)
	got, err := all(t, s.open(false, "sh", "-c", "write /a 'sh /a; echo back'; sh /a"))
	if want := "programs that run programs"; !errors.Is(err, io.EOF) || !strings.Contains(got, want) || !strings.HasSuffix(got, "back\n") {
		t.Errorf("a file that runs itself: %.200q, %v", got, err)
	}
}

// Of keys that a program does not read, only as many wait as of a pipe: also of those that end its input,
// which have no bytes.
func TestKeysThatWaitAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions(t, sim.Options{}, nil)
		for _, key := range []string{"\x04", "\r", "x\x04"} {
			opened := s.open(true, "sleep", "3600")
			typed := make(chan int)
			go func() {
				n, _ := opened.Write([]byte(strings.Repeat(key, 1<<20/len(key))))
				typed <- n
			}()
			synctest.Wait()
			opened.Close()
			if n := <-typed; n == 0 || n > 128<<10 {
				t.Errorf("%d bytes of %q wait to be read", n, key)
			}
		}
	})
}
