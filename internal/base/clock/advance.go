package clock

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Advance moves the clock forward by d. It goes from timer to timer in the order
// in which they are due, runs each at its own time, and waits for quiet (see
// SetQuiet) before the first step and after each, so that what a timer causes
// happens at that time, timers it makes included. Until Advance returns, the
// clock stands still between the steps; then it runs on.
//
// Calls take turns. If ctx ends or quiet fails, the clock stays where it has
// come to, and Advance returns the error.
func (c *Clock) Advance(ctx context.Context, d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("advance clock by %v: it never goes back", d)
	}
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("advance clock: %w", ctx.Err())
	}
	defer c.endTurn()
	if c.isClosed() {
		return errors.New("advance clock: it is closed")
	}
	target := c.hold(d)
	defer c.letGo()
	for {
		if err := c.settle(ctx); err != nil {
			return fmt.Errorf("advance clock, reached %s: %w", c.Now().Format(time.RFC3339Nano), err)
		}
		if !c.step(target) {
			return nil
		}
		c.runDue()
		c.tell()
	}
}

func (c *Clock) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// hold stops the clock, to advance it by d, and returns where that leads.
func (c *Clock) hold(d time.Duration) (target time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase(c.now())
	now := time.Now()
	c.held = &advance{from: c.emulated, to: c.emulated.Add(d), began: now, told: now}
	return c.held.to
}

func (c *Clock) letGo() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase(c.emulated)
	c.held = nil
}

func (c *Clock) settle(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	quiet := c.quiet
	c.mu.Unlock()
	if quiet == nil {
		return nil
	}
	return quiet(ctx)
}

// step moves a held clock to the earliest timer up to target. Without one it
// moves to target and returns false.
func (c *Clock) step(target time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 || c.timers[0].due.After(target) {
		c.emulated = target
		return false
	}
	if due := c.timers[0].due; due.After(c.emulated) {
		c.emulated = due
	}
	return true
}
