package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processgroup"
)

// untilInterrupt returns a context that the first interrupt ends. The second one calls endNow.
func untilInterrupt(say io.Writer, endNow func()) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ended := make(chan struct{})
	go obeyInterrupts(say, signals, ended, cancel, endNow)
	return ctx, func() {
		signal.Stop(signals)
		close(ended)
		cancel()
	}
}

// obeyInterrupts says at once what an interrupt does, as the end can take minutes: a benchmark that runs removes what it has
// made on an engine.
func obeyInterrupts(say io.Writer, signals <-chan os.Signal, ended <-chan struct{}, end, endNow func()) {
	for _, obey := range []struct {
		text string
		do   func()
	}{
		{"interrupted: ends when what runs now has ended and cleaned up; interrupt again to end at once", end},
		{"interrupted again: ends at once; containers of this run may be left on the Docker engine", endNow},
	} {
		select {
		case <-signals:
			fmt.Fprintln(say, "bench:", obey.text)
			obey.do()
		case <-ended:
			return
		}
	}
}

// children are the commands that run in process groups of their own, which the terminal's interrupts do not reach.
var children sync.Map

// startChild starts a command, for which waitChild waits.
func startChild(cmd *exec.Cmd) error {
	processgroup.Own(cmd)
	err := cmd.Start()
	if err == nil {
		children.Store(cmd, nil)
	}
	return err
}

func waitChild(cmd *exec.Cmd) error {
	defer children.Delete(cmd)
	return cmd.Wait()
}

// outputOf runs a command and returns what it writes.
func outputOf(cmd *exec.Cmd) ([]byte, error) {
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	if err := startChild(cmd); err != nil {
		return nil, err
	}
	err := waitChild(cmd)
	return text.Bytes(), err
}

func killChildren() {
	children.Range(func(cmd, _ any) bool {
		_ = processgroup.Kill(cmd.(*exec.Cmd)) // it may have ended meanwhile
		return true
	})
}
