package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processgroup"
)

// emulator is the child process.
type emulator struct {
	binary string
	cmd    *exec.Cmd
	ready  string // the line it prints when it is
	url    string
	log    bytes.Buffer  // its standard error
	exited chan struct{} // closed when the process is gone
	err    error         // how it went, once exited is closed
	ended  bool
}

var endpoint = regexp.MustCompile(`http://[0-9.]+:[0-9]+`)

// patience is how long the emulator has to start, and to remove everything.
const patience = time.Minute

// startEmulator starts it on a free port and waits for its line.
func startEmulator(ctx context.Context, binary string, docker *docker) (*emulator, error) {
	engine := "sim"
	if docker != nil {
		engine = "docker"
	}
	e := &emulator{binary: binary, exited: make(chan struct{})}
	e.cmd = exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--engine", engine)
	e.cmd.Stderr = &e.log
	processgroup.Own(e.cmd) // Ctrl-C is for the demonstration, which ends the emulator
	stdout, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	line := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			select {
			case line <- lines.Text():
			default:
			}
		}
		e.err = e.cmd.Wait()
		close(e.exited)
	}()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case e.ready = <-line:
	case <-e.exited:
		return nil, fmt.Errorf("the emulator did not start: %w\n%s", e.err, e.log.String())
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("wait for the emulator: %w", ctx.Err()), e.end(nil, true))
	}
	if e.url = endpoint.FindString(e.ready); e.url == "" {
		return nil, errors.Join(fmt.Errorf("the emulator names no endpoint: %s", e.ready), e.end(nil, true))
	}
	return e, nil
}

// end interrupts the emulator, which removes what it started; again is harmless.
// With showLog it prints the emulator's log.
func (e *emulator) end(s *story, showLog bool) error {
	if e.ended {
		return nil
	}
	e.ended = true
	if s != nil {
		s.say("Interrupting the emulator, which removes what it started.")
	}
	if err := e.cmd.Process.Signal(os.Interrupt); err != nil {
		_ = e.cmd.Process.Kill() // it is gone, or this is Windows
	}
	select {
	case <-e.exited:
	case <-time.After(patience):
		_ = e.cmd.Process.Kill()
		<-e.exited
		return fmt.Errorf("the emulator did not end within %s; its log:\n%s", patience, e.log.String())
	}
	if showLog {
		fmt.Fprintf(os.Stderr, "--- log of the emulator ---\n%s---\n", e.log.String())
	}
	if e.err != nil {
		return fmt.Errorf("the emulator ended with %w; its log:\n%s", e.err, e.log.String())
	}
	return nil
}

// get reads one of the emulator's own endpoints.
func (e *emulator) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// logs runs the logs command.
func (e *emulator) logs(ctx context.Context, task string) (string, error) {
	out, err := exec.CommandContext(ctx, e.binary, "logs", "--endpoint", e.url, task).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("show the output of task %s: %w: %s", task, err, out)
	}
	return string(out), nil
}
