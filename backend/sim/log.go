package sim

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// maxLines is how many lines of a container are kept at least. A server under
// load writes one a request.
const maxLines = 10_000

// logDrivers are those of a Docker engine. Here all are alike: Logs reads what there is.
// Source: Docker Engine documentation, "Configure logging drivers".
var logDrivers = []string{"", "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "none", "splunk", "syslog"}

func knownDriver(log backend.Log) error {
	if !slices.Contains(logDrivers, log.Driver) {
		return daemonError(nil, "logger: no log driver named '%s' is registered", log.Driver)
	}
	return nil
}

type log struct {
	lines    []logLine
	dropped  int           // lines no longer kept
	changed  chan struct{} // closed when there is more, or the container ended
	awaiting []*func()     // tell who follows that the wait is over; see WaitForClock
}

type logLine struct {
	at     time.Time
	stderr bool
	text   string
}

func (e *Engine) write(c *container, stderr bool, text string) {
	if c.log == nil {
		c.log = &log{}
	}
	l := c.log
	if len(l.lines) == 2*maxLines {
		l.lines = append([]logLine(nil), l.lines[maxLines:]...)
		l.dropped += maxLines
	}
	l.lines = append(l.lines, logLine{e.clock.Now(), stderr, text})
	l.announce()
}

// announce wakes those who follow.
func (l *log) announce() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	for _, over := range l.awaiting {
		(*over)()
	}
	l.awaiting = nil
}

// await gives up the lock until there is more. Whoever advances the clock hears of the wait
// and, before the clock goes on, of its end.
func (e *Engine) await(ctx context.Context, l *log) error {
	over := sync.OnceFunc(backend.WaitForClock(ctx))
	l.awaiting = append(l.awaiting, &over)
	err := e.wait(ctx, l.change())
	over()
	l.awaiting = slices.DeleteFunc(l.awaiting, func(other *func()) bool { return other == &over })
	return err
}

func (l *log) change() <-chan struct{} {
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}

// from are the lines from a number on. Lines are never changed, so the caller
// may read them without the lock.
func (l *log) from(number int) (lines []logLine, next int) {
	next = l.dropped + len(l.lines)
	number = min(max(number, l.dropped), next)
	return l.lines[number-l.dropped:], next
}

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
