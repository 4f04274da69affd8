package enginecall

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Call is an engine call under way, or several in a row, and the context to make them with.
type Call struct {
	context.Context
	tracker  *Tracker
	group    *Group
	cancel   context.CancelFunc
	atEnd    AtEnd
	began    time.Time // or the end of its wait for the clock
	deadline time.Time // zero: none; it is the later the longer the call waits for the clock
	late     bool      // cut off at its deadline
	cut      bool      // cut off for good
	waiting  bool      // for the clock: Idle does not wait for it, and it can be cut off
	old      bool      // Idle does not wait for it any more
}

// counts reports whether Idle waits for it.
func (c *Call) counts() bool { return !c.waiting && !c.old }

func (c *Call) End() {
	t := c.tracker
	t.mu.Lock()
	defer t.mu.Unlock()
	c.cancel()
	delete(t.calls, c)
	if c.counts() {
		t.generations.end(c.group)
	}
	if c.group.calls--; c.group.calls == 0 {
		c.group.tiring = false
	}
}

func (c *Call) CutOff() {
	c.tracker.mu.Lock()
	defer c.tracker.mu.Unlock()
	c.cut = true
	c.cancel()
}

// Value lets an engine find the call, to say that it waits for the clock.
func (c *Call) Value(key any) any {
	if key == backend.ClockWaiterKey {
		return c
	}
	return c.Context.Value(key)
}

func (c *Call) WaitsForClock() (over func()) {
	t := c.tracker
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.counts() {
		t.generations.end(c.group)
	}
	c.waiting = true
	if t.ending {
		c.cancel()
	}
	since := time.Now()
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		c.waiting, c.began = false, time.Now()
		if !c.deadline.IsZero() {
			c.deadline = c.deadline.Add(time.Since(since))
		}
		if c.counts() {
			t.generations.begin(c.group)
		}
	}
}

// limited is the context of a call with a deadline. What outlives the call keeps it, cut
// off, when the Call goes on with another one.
type limited struct {
	context.Context
	call *Call
}

func (l limited) Value(key any) any {
	if key == backend.ClockWaiterKey {
		return l.call
	}
	return l.Context.Value(key)
}

// limit sets a deadline from now on, for a call with the context that it returns.
func (c *Call) limit(after time.Duration) context.Context {
	t := c.tracker
	t.mu.Lock()
	defer t.mu.Unlock()
	c.deadline = time.Now().Add(after)
	t.startGuard()
	return limited{c.Context, c}
}

// unlimit takes the deadline back, and reports whether it had passed: then the call goes
// on with another context, unless it was cut off.
func (c *Call) unlimit() (late bool) {
	c.tracker.mu.Lock()
	defer c.tracker.mu.Unlock()
	late, c.late, c.deadline = c.late, false, time.Time{}
	if late && !c.cut && !c.tracker.ending {
		c.Context, c.cancel = context.WithCancel(context.Background())
	}
	return late
}
