package fault

import (
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// crashTimeout bounds a crash that no caller waits for.
const crashTimeout = 30 * time.Second

// mayCrash has a container crash that has just been started, if a rule says so.
func (e *Engine) mayCrash(id string, t target) {
	if t.sandbox {
		return
	}
	if r := e.rules.choose(Crash, t); r != nil {
		e.crashAfter(r.Delay, id)
	}
}

// crashKnown has those crash that a new rule about crashes finds running.
func (e *Engine) crashKnown() {
	e.crashes.begin(func(ctx context.Context) {
		list, _ := e.Engine.List(ctx, nil) // an engine that does not answer has none
		for _, c := range list {
			if c.State == backend.Running {
				e.mayCrash(c.ID, targetOf(c))
			}
		}
	})
}

// crashAfter ends a container when d of the clock has passed. One that has ended
// meanwhile stays as it is.
func (e *Engine) crashAfter(d time.Duration, id string) {
	e.opts.AfterFunc(d, func() {
		e.crashes.begin(func(ctx context.Context) {
			_ = e.Crash(ctx, id) // it may be gone
		})
	})
}

// Settle returns once the crashes have happened that are due: for who advances the
// clock by which they are.
func (e *Engine) Settle(ctx context.Context) error { return e.crashes.settle(ctx) }

// crashes are those under way.
type crashes struct {
	mu    sync.Mutex
	count int
	none  chan struct{} // closed when there is none; nil while no call waits
}

// begin runs what makes a crash in a goroutine of its own: engines may take their time.
func (c *crashes) begin(crash func(ctx context.Context)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), crashTimeout)
		defer cancel()
		defer c.end()
		crash(ctx)
	}()
}

func (c *crashes) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count--; c.count == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

func (c *crashes) settle(ctx context.Context) error {
	none := c.wait()
	if none == nil {
		return nil
	}
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait is closed when there is no crash under way any more; nil is at once.
func (c *crashes) wait() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count > 0 && c.none == nil {
		c.none = make(chan struct{})
	}
	return c.none
}
