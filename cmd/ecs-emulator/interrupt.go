package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// untilInterrupted returns a context that ends with Ctrl-C or SIGTERM, which is how a command that
// follows something is ended: its exit code is 0 then. A second signal ends the process.
func untilInterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// untilInterruptedTwice is untilInterrupted for a command that takes time to end. A second signal ends the process
// at any time. It calls say before, but waits only a second for it: the reader of the log may have stopped reading.
func untilInterruptedTwice(ctx context.Context, say func()) (interruptible context.Context, release func()) {
	interruptible, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		cancel()
		<-signals
		time.AfterFunc(time.Second, exitInterrupted)
		say()
		exitInterrupted()
	}()
	return interruptible, func() {
		signal.Stop(signals)
		cancel()
	}
}

// exitInterrupted ends the process with the exit code of Ctrl-C.
func exitInterrupted() { os.Exit(128 + int(syscall.SIGINT)) }
