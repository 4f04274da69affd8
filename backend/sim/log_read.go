package sim

import (
	"context"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logbuffer"
)

// Logs writes the output of a container.
func (e *Engine) Logs(ctx context.Context, id string, opts backend.LogOptions) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err != nil {
		return err
	}
	log, next, run, told := c.output(), 0, c.runs, opts.CaughtUp == nil
	if opts.Tail != 0 {
		next = log.Next() - max(0, opts.Tail)
	}
	for {
		var lines []logbuffer.Line
		if lines, next = log.From(next); len(lines) > 0 {
			if err := e.deliver(ctx, lines, opts); err != nil {
				return err
			}
			told = opts.CaughtUp == nil
			if opts.Follow {
				continue
			}
		}
		if !opts.Follow || c.state != backend.Running || c.runs != run {
			return nil
		}
		if !told {
			e.tellCaughtUp(opts)
			told = true
			continue
		}
		if err := e.await(ctx, log); err != nil {
			return err
		}
	}
}

// tellCaughtUp does so without the lock.
func (e *Engine) tellCaughtUp(opts backend.LogOptions) {
	e.mu.Unlock()
	defer e.mu.Lock()
	opts.CaughtUp()
}

// deliver writes lines without the lock.
func (e *Engine) deliver(ctx context.Context, lines []logbuffer.Line, opts backend.LogOptions) error {
	e.mu.Unlock()
	defer e.mu.Lock()
	for _, line := range lines {
		if err := ctx.Err(); err != nil {
			return err
		}
		if line.At.Before(opts.Since) {
			continue
		}
		if err := opts.Write(line.At, line.Stderr, line.Text); err != nil {
			return err
		}
	}
	return nil
}

// await gives up the lock until there is more. A caller that advances the clock learns of the wait
// and, before the clock goes on, of its end.
func (e *Engine) await(ctx context.Context, l *logbuffer.Buffer) error {
	over := sync.OnceFunc(backend.WaitForClock(ctx))
	changed, forget := l.Await(&over)
	err := e.wait(ctx, changed)
	over()
	forget()
	return err
}
