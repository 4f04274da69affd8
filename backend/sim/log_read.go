package sim

import (
	"context"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Logs writes the output of a container.
func (e *Engine) Logs(ctx context.Context, id string, opts backend.LogOptions) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err != nil {
		return err
	}
	if c.log == nil {
		c.log = &log{}
	}
	next, run, told := 0, c.runs, opts.CaughtUp == nil
	if opts.Tail != 0 {
		next = c.log.dropped + len(c.log.lines) - max(0, opts.Tail)
	}
	for {
		var lines []logLine
		if lines, next = c.log.from(next); len(lines) > 0 {
			if err := e.deliver(ctx, lines, opts); err != nil {
				return err
			}
			told = opts.CaughtUp == nil
			continue
		}
		if !opts.Follow || c.state != backend.Running || c.runs != run {
			return nil
		}
		if !told {
			e.tellCaughtUp(opts)
			told = true
			continue
		}
		if err := e.await(ctx, c.log); err != nil {
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
func (e *Engine) deliver(ctx context.Context, lines []logLine, opts backend.LogOptions) error {
	e.mu.Unlock()
	defer e.mu.Lock()
	for _, line := range lines {
		if err := ctx.Err(); err != nil {
			return err
		}
		if line.at.Before(opts.Since) {
			continue
		}
		if err := opts.Write(line.at, line.stderr, line.text); err != nil {
			return err
		}
	}
	return nil
}

// await gives up the lock until there is more. A caller that advances the clock learns of the wait
// and, before the clock goes on, of its end.
func (e *Engine) await(ctx context.Context, l *log) error {
	over := sync.OnceFunc(backend.WaitForClock(ctx))
	l.awaiting = append(l.awaiting, &over)
	err := e.wait(ctx, l.change())
	over()
	l.awaiting = slices.DeleteFunc(l.awaiting, func(other *func()) bool { return other == &over })
	return err
}
