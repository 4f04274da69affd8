package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/creack/pty"
)

// What `ps --watch` has a terminal do.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	leaveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// psTerminal is ps, or another command, on a pseudo terminal.
type psTerminal struct {
	*process
	cmd    *exec.Cmd
	user   *os.File
	exited chan struct{}

	mu  sync.Mutex
	got bytes.Buffer
}

func (p *process) psOnTerminal(columns, rows int, environment []string, args ...string) *psTerminal {
	p.Helper()
	return p.onTerminal(columns, rows, environment, append([]string{"ps"}, args...)...)
}

func (p *process) onTerminal(columns, rows int, environment []string, args ...string) *psTerminal {
	p.Helper()
	s := &psTerminal{process: p, cmd: command(append(args, "--endpoint", p.url())...), exited: make(chan struct{})}
	s.cmd.Env = append(s.cmd.Env, append([]string{"TERM=xterm"}, environment...)...)
	user, err := pty.StartWithSize(s.cmd, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)})
	p.must(err)
	s.user = user
	go func() {
		_, _ = io.Copy(s, user) // ends with an error when the program has closed its side
		_ = s.cmd.Wait()
		close(s.exited)
	}()
	p.Cleanup(func() { s.cmd.Process.Kill(); <-s.exited; user.Close() })
	return s
}

func (s *psTerminal) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Write(b)
}

func (s *psTerminal) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

// screen is what the terminal shows of a watch: what was written last from its first line on.
func (s *psTerminal) screen() string {
	text := s.output()
	end := strings.LastIndex(text, clearBelow)
	if end < 0 {
		return ""
	}
	begin := strings.LastIndex(text[:end], home)
	return strings.NewReplacer(clearLine, "", "\r", "").Replace(text[begin+len(home) : end])
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[a-zA-Z]`)

// fits checks that a screen is one.
func (s *psTerminal) fits(screen string, columns, rows int) {
	s.Helper()
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(escapes.ReplaceAllString(screen, ""), "\r", ""), "\n"), "\n")
	for _, line := range lines {
		if utf8.RuneCountInString(line) > columns {
			s.Errorf("more than %d columns: %q", columns, line)
		}
	}
	if len(lines) > rows {
		s.Errorf("%d lines on a terminal of %d", len(lines), rows)
	}
}

func TestPSIsOneScreen(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false")
	definition, err := p.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("crowd"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"), ContainerDefinitions: containerOf("app"),
	})
	p.must(err)
	for range 15 {
		_, err = p.client.RunTask(t.Context(), &ecs.RunTaskInput{
			TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate, Count: aws.Int32(10),
			NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		})
		p.must(err)
	}
	p.eventually("all run", func() bool { _, code := p.ps(); return code == 0 })
	more := regexp.MustCompile(`… and 1\d\d more, all as wanted; --all shows them`)
	for _, size := range [][2]int{{80, 24}, {140, 50}} {
		for _, colour := range []bool{true, false} {
			var environment []string
			if !colour {
				environment = []string{"NO_COLOR=1"}
			}
			s := p.psOnTerminal(size[0], size[1], environment)
			<-s.exited
			text := s.output()
			s.fits(text, size[0], size[1]-1)
			if !more.MatchString(text) || escapes.MatchString(text) != colour || s.cmd.ProcessState.ExitCode() != 0 {
				t.Errorf("%v, colour %t:\n%s", size, colour, text)
			}
		}
	}
	s := p.psOnTerminal(80, 24, nil, "--all")
	<-s.exited
	if n := strings.Count(s.output(), "family:crowd"); n != 150 {
		t.Errorf("--all shows %d of 150 tasks", n)
	}
	if text, _ := p.ps(); strings.Count(text, "family:crowd") != 150 || escapes.MatchString(text) {
		t.Errorf("through a pipe:\n%s", text)
	}
}

func TestPSWatches(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false")
	s := p.psOnTerminal(80, 24, nil, "--watch")
	shows := func(what, pattern string) {
		t.Helper()
		want := regexp.MustCompile(pattern)
		p.eventually(what, func() bool { return want.MatchString(escapes.ReplaceAllString(s.screen(), "")) })
	}
	shows("nothing yet", `^No cluster is in use yet\.$`)
	task := p.runServer(8080)
	shows("the task", `\n[0-9a-f]{8}  family:web  RUNNING`)
	s.fits(s.screen(), 80, 24)
	p.must(pty.Setsize(s.user, &pty.Winsize{Cols: 140, Rows: 30}))
	shows("what there is room for", ` web:1`)
	_, err := p.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: task.TaskArn, Reason: aws.String("no longer needed")})
	p.must(err)
	shows("the end of the task", `\nSTOPPED .*\n[0-9a-f]{8}  family:web .*no longer needed`)
	_, err = s.user.WriteString("\x03") // Ctrl-C
	p.must(err)
	<-s.exited
	if text := s.output(); s.cmd.ProcessState.ExitCode() != 0 || !strings.HasPrefix(text, enterScreen) || !strings.HasSuffix(text, leaveScreen) {
		t.Errorf("it ends with %v: %q", s.cmd.ProcessState, text)
	}
}

func TestPSWatchesUntilTheEmulatorEnds(t *testing.T) {
	for name, end := range map[string]func(p *process){
		"closed": func(p *process) { p.cmd.Process.Signal(os.Interrupt); p.wait() },
		"killed": (*process).kill,
	} {
		t.Run(name, func(t *testing.T) {
			p := startServe(t, "--engine", "sim")
			s := p.psOnTerminal(80, 24, nil, "--watch")
			p.eventually("the screen", func() bool { return s.screen() != "" })
			end(p)
			<-s.exited
			_, after, _ := strings.Cut(s.output(), leaveScreen)
			if code := s.cmd.ProcessState.ExitCode(); code != 1 || !strings.HasPrefix(after, "ecs-emulator: the emulator has ") {
				t.Errorf("exit code %d, and %q", code, after)
			}
		})
	}
}
