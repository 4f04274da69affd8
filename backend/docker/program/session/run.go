//go:build linux

package main

import (
	"os"
	"sync"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
)

// run carries a command's input and output until it ends or the session does. Why it cannot start it
// says in the words of the session manager agent, which knows commands on terminals alone.
// Source: recorded-exec.md X8.
func run(in *frame.Reader, out *output, c command) {
	if c.err != nil {
		out.send(frame.Make(frame.Failed, []byte("Failed to start pty: "+c.err.Error())))
		return
	}
	children := &children{leader: c.pid, exited: make(chan int, 1), none: make(chan struct{})}
	go children.reap()
	out.send(frame.Make(frame.Started, nil))
	ended := &ending{command: c, children: children}
	input := newQueue(out)
	go func() {
		handlers{in, input, c.terminal}.obey()
		ended.hangUp()
	}()
	if c.terminal != nil {
		go input.copyTo(unclosed{c.terminal})
	} else {
		go input.copyTo(c.input)
	}
	var copying sync.WaitGroup
	for _, source := range c.output {
		copying.Go(func() { source.copyTo(out) })
	}
	code := <-children.exited
	for _, source := range c.output {
		source.finish()
	}
	copying.Wait()
	out.send(frame.Make(frame.Exit, frame.Number(uint32(code))))
	ended.leave()
}

// unclosed is a terminal, which does not end with its input.
type unclosed struct{ *os.File }

func (unclosed) Close() error { return nil }

// exitCode is a shell's: 128 and the number of the signal that ended a program.
func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
