package docker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// refusedError is what the sandbox program answers a command that it did not carry out.
type refusedError struct{ answer string }

func (r *refusedError) Error() string { return "sandbox program: " + r.answer }

// command has the sandbox program of a running sandbox do something, over its standard
// input: a process for it in the namespace would take the engine thirty times as long.
func (e *Engine) command(ctx context.Context, sandboxID, words string) error {
	turn, _ := e.commands.LoadOrStore(sandboxID, make(chan struct{}, 1))
	select { // what two write would mix
	case turn.(chan struct{}) <- struct{}{}:
		defer func() { <-turn.(chan struct{}) }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := e.containers.ExpectRunning(ctx, sandboxID); err != nil {
		return err
	}
	stream, err := e.client.Attach(ctx, sandboxID, client.ContainerAttachOptions{Stdin: true, Stdout: true})
	if err != nil {
		return err
	}
	defer stream.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, stream.Close)()
	go e.watchSandbox(ctx, cancel, sandboxID)
	answer, err := converse(stream, words)
	switch {
	case err != nil && context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case err != nil:
		return errors.Join(e.containers.ExpectRunning(ctx, sandboxID), fmt.Errorf("sandbox program: %w", err))
	case answer != "done":
		return &refusedError{answer}
	}
	return nil
}

// sandboxCheck is how often a sandbox is looked at that does not answer: the engine attaches
// to one that has ended just as well, and says nothing.
const sandboxCheck = 2 * time.Second

// watchSandbox cancels when the sandbox does not run any more.
func (e *Engine) watchSandbox(ctx context.Context, cancel context.CancelCauseFunc, sandboxID string) {
	tick := time.NewTicker(sandboxCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := e.containers.ExpectRunning(ctx, sandboxID); errors.Is(err, backend.ErrNoSandbox) {
			cancel(err)
			return
		}
	}
}

// converse writes a command and reads its answer, which begins with the same word.
func converse(stream client.HijackedResponse, words string) (answer string, err error) {
	mark := label.RandomSuffix()
	// The line break in front ends what a client that died may have begun.
	if _, err := io.WriteString(stream.Conn, "\n"+mark+" "+words+" .\n"); err != nil {
		return "", err
	}
	output, fill := io.Pipe()
	defer func() { _ = output.Close() }()
	go func() {
		_, err := stdcopy.StdCopy(fill, io.Discard, stream.Reader)
		_ = fill.CloseWithError(err) // nil is the end of the stream
	}()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if answer, ok := strings.CutPrefix(lines.Text(), mark+" "); ok {
			return answer, nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	return "", io.ErrUnexpectedEOF
}
