package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// leaveTime is how long a server may take to end, with all its containers.
const leaveTime = 30 * time.Second

// process is a server in a process of its own, as the load has this one.
type process struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	address string // host:port of its endpoint
	log     *os.File
	done    chan error
}

// emulatorSettings are how the emulator is started that is measured.
type emulatorSettings struct {
	engine string
	warm   int // sandboxes that it keeps for each subnet, on Docker
}

func (b *bench) startEmulator(name string, s emulatorSettings) (*process, error) {
	args := []string{"serve", "--listen", "127.0.0.1:0", "--engine", s.engine, "--default-launch-type", "FARGATE", "--warm-sandboxes", strconv.Itoa(s.warm), "--metadata-rate", "0"}
	cmd := exec.Command(b.binary, args...)
	if b.profile != "" {
		file := strings.Map(func(r rune) rune {
			if r == '/' || r == ' ' || r == ',' {
				return '-'
			}
			return r
		}, name) + ".pprof"
		var err error
		if cmd, err = ownRole("profiled", filepath.Join(b.profile, file), s.engine, strconv.Itoa(s.warm)); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(b.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	cmd.Stderr = log
	p, err := startProcess(cmd)
	if err != nil {
		_ = log.Close()
		return nil, fmt.Errorf("start the emulator (-log FILE keeps what it says): %w", err)
	}
	p.log = log
	return p, nil
}

// startProcess starts a server and waits until it names its endpoint.
func startProcess(cmd *exec.Cmd) (*process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startChild(cmd); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, stdin: stdin, done: make(chan error, 1)}
	lines := bufio.NewReader(stdout)
	for p.address == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = cmd.Process.Kill()
			return nil, errors.Join(fmt.Errorf("%s did not start: %w", filepath.Base(cmd.Path), err), waitChild(cmd))
		}
		if found := endpointPattern.FindStringSubmatch(line); found != nil {
			p.address = found[1]
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		p.done <- waitChild(cmd)
	}()
	return p, nil
}

var endpointPattern = regexp.MustCompile(`http://([^\s/,]+)`)

// stop ends the server and waits for it.
func (p *process) stop() error {
	_ = p.stdin.Close()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		_ = p.cmd.Process.Kill()
	}
	if p.log != nil {
		defer func() { _ = p.log.Close() }()
	}
	select {
	case <-p.done: // its exit code after an interrupt means nothing
		return nil
	case <-time.After(leaveTime):
		_ = p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("%s did not end within %s of being interrupted", filepath.Base(p.cmd.Path), leaveTime)
	}
}

func (p *process) connect(ctx context.Context) (*rawhttp.Connection, error) {
	return rawhttp.Connect(ctx, p.address)
}

// reset makes the emulator forget everything.
func (p *process) reset(ctx context.Context) error {
	c, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	_, _, err = c.Fetch(rawhttp.Request("POST", "/_emulator/reset", nil))
	return err
}

// residentMemory is the process's resident set in bytes, or false where the system
// does not tell in Linux's way.
func (p *process) residentMemory() (int64, bool) { return processusage.Memory(p.cmd.Process.Pid) }
