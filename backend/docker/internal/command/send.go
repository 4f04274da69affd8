// Package command gives commands to the sandbox program of a sandbox: over its standard input, or in a
// process of its own beside it.
package command

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/moby/moby/client"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// Commands gives commands to the sandbox programs of an engine.
type Commands struct {
	client     dockerapi.Client
	containers *containers.Store
	closing    context.Context

	turns     sync.Map // sandbox id to *semaphore.Weighted of 1, which guards its input
	lines     sync.Map // sandbox id to *line
	mostLines int      // 0 is no bound
}

// New returns the commands for an engine. Once closing has ended, lines do not stay open.
func New(closing context.Context, client dockerapi.Client, containers *containers.Store) *Commands {
	return &Commands{client: client, containers: containers, closing: closing}
}

// turn waits for the right to write to the program of a sandbox: the lines of two writers would mix.
func (c *Commands) turn(ctx context.Context, sandboxID string) (*semaphore.Weighted, error) {
	turn, _ := c.turns.LoadOrStore(sandboxID, semaphore.NewWeighted(1))
	its := turn.(*semaphore.Weighted)
	return its, its.Acquire(ctx, 1)
}

// Forget ends what there is for a sandbox that is gone.
func (c *Commands) Forget(sandboxID string) {
	c.turns.Delete(sandboxID)
	if l, ok := c.lines.Load(sandboxID); ok {
		c.hangUp(sandboxID, l.(*line))
	}
}

// ForgetAll forgets the turns of all sandboxes, which are gone.
func (c *Commands) ForgetAll() { c.turns.Clear() }

// RefusedError is what the sandbox program answers a command that it did not carry out.
type RefusedError struct{ Answer string }

func (r *RefusedError) Error() string { return "sandbox program: " + r.Answer }

// Send has the sandbox program of a running sandbox do something, over its standard
// input: a process for it in the namespace would take the engine thirty times as long.
func (c *Commands) Send(ctx context.Context, sandboxID, words string) error {
	turn, err := c.turn(ctx, sandboxID)
	if err != nil {
		return err
	}
	defer turn.Release(1)
	if err := c.containers.ExpectRunning(ctx, sandboxID); err != nil {
		return err
	}
	stream, err := c.client.Attach(ctx, sandboxID, client.ContainerAttachOptions{Stdin: true, Stdout: true})
	if err != nil {
		return err
	}
	defer stream.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, stream.Close)()
	go c.watchSandbox(ctx, cancel, sandboxID)
	l := newLine(stream)
	go l.listen()
	answer, err := l.converse(ctx, words)
	switch {
	case err != nil && context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case err != nil:
		return errors.Join(c.containers.ExpectRunning(ctx, sandboxID), fmt.Errorf("sandbox program: %w", err))
	case answer != "done":
		return &RefusedError{answer}
	}
	return nil
}

// sandboxCheck is how often a sandbox is looked at that does not answer: the engine attaches
// to one that has ended just as well, and says nothing.
const sandboxCheck = 2 * time.Second

// watchSandbox cancels when the sandbox does not run any more.
func (c *Commands) watchSandbox(ctx context.Context, cancel context.CancelCauseFunc, sandboxID string) {
	tick := time.NewTicker(sandboxCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := c.containers.ExpectRunning(ctx, sandboxID); errors.Is(err, backend.ErrNoSandbox) {
			cancel(err)
			return
		}
	}
}
