package dataplane

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// checker has targets checked when they are due. One timer is set for the one that is
// next; a target costs a goroutine only while it is checked. The balancer's lock guards
// it, and its methods are called with it held.
type checker struct {
	queue  target.CheckQueue
	stop   func() bool // the timer's
	wakes  time.Time   // when it rings, if it is set
	active int         // checks in progress
}

// plan has each target of a group checked if it is to be: the group is used, and the
// target is not retired.
func (b *Balancer) plan(g *target.Group) {
	for _, t := range g.Targets {
		b.planTarget(t)
	}
	b.setTimer()
}

func (b *Balancer) planTarget(t *target.Target) {
	g := t.Group
	wanted := g.Set && g.Used && g.Check.Enabled && !t.Config.Draining && g.Targets[t.Config.ID] == t
	switch {
	case !wanted:
		b.checks.queue.Remove(t)
		if !g.Used && g.Check.Enabled && !t.Config.Healthy { // its health is not known any more
			g.Register(t)
		}
	case b.checks.queue.Has(t): // the interval may have become shorter
		b.checks.queue.Advance(t, b.options.Now().Add(g.Check.Interval))
	case !t.Checking:
		b.checks.queue.Add(t, b.options.Now())
	}
}

// setTimer has the clock call for the target that is due next.
func (b *Balancer) setTimer() {
	c := &b.checks
	next, waits := c.queue.Next()
	if !waits || b.closed {
		if c.stop != nil {
			c.stop()
			c.stop = nil
		}
		return
	}
	if c.stop != nil && !next.Before(c.wakes) {
		return
	}
	if c.stop != nil {
		c.stop()
	}
	c.wakes = next
	c.stop = b.options.AfterFunc(max(0, next.Sub(b.options.Now())), b.checkDue)
}

func (b *Balancer) checkDue() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checks.stop = nil
	now := b.options.Now()
	for !b.closed {
		t := b.checks.queue.Take(now)
		if t == nil {
			break
		}
		t.Checking = true
		b.checks.active++
		began, check, to := now, t.Group.Check, t.Config.Addr
		b.running.Go(func() {
			b.checkTarget(t, check, began, func(ctx context.Context) health.Outcome { return check.Run(ctx, b.options.Dial, to) })
		})
	}
	b.setTimer()
}

// checkTarget checks and writes down what came of it.
func (b *Balancer) checkTarget(t *target.Target, c health.Check, began time.Time, run func(context.Context) health.Outcome) {
	o := run(b.ctx)
	b.mu.Lock()
	defer b.deliver()
	defer b.mu.Unlock()
	b.checks.active--
	t.Checking = false
	g := t.Group
	if b.closed || g.Targets[t.Config.ID] != t || t.Config.Draining || !g.Used || !g.Set {
		return
	}
	now := b.options.Now()
	news, turned := g.Checked(t, o, c, now)
	if news {
		b.tell(t.Report())
	}
	if turned {
		b.steer()
	}
	next := began.Add(g.Check.Interval)
	if next.Before(now) {
		next = now
	}
	b.checks.queue.Add(t, next)
	b.setTimer()
}
