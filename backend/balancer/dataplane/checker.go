package dataplane

import (
	"context"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/health"
	"time"
)

// checker has targets checked when they are due. One timer is set for the one that is
// next; a target costs a goroutine only while it is checked. The balancer's lock guards
// it, and its methods are called with it held.
type checker struct {
	queue  checkQueue
	stop   func() bool // the timer's
	wakes  time.Time   // when it rings, if it is set
	active int         // checks in progress
}

// plan has each target of a group checked if it is to be: the group is used, and the
// target is not retired.
func (b *Balancer) plan(g *group) {
	for _, t := range g.targets {
		b.planTarget(t)
	}
	b.setTimer()
}

func (b *Balancer) planTarget(t *target) {
	g := t.group
	wanted := g.set && g.used && g.check.Enabled && !t.config.Draining && g.targets[t.config.ID] == t
	switch {
	case !wanted:
		b.checks.queue.remove(t)
		if !g.used && g.check.Enabled && !t.config.Healthy { // its health is not known any more
			g.register(t)
		}
	case b.checks.queue.has(t): // the interval may have become shorter
		b.checks.queue.advance(t, b.options.Now().Add(g.check.Interval))
	case !t.checking:
		b.checks.queue.add(t, b.options.Now())
	}
}

// setTimer has the clock call for the target that is due next.
func (b *Balancer) setTimer() {
	c := &b.checks
	next, waits := c.queue.next()
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

// checkDue begins the checks that are due.
func (b *Balancer) checkDue() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checks.stop = nil
	now := b.options.Now()
	for !b.closed {
		t := b.checks.queue.take(now)
		if t == nil {
			break
		}
		t.checking = true
		b.checks.active++
		began, check, to := now, t.group.check, t.config.Addr
		b.running.Go(func() {
			b.checkTarget(t, check, began, func(ctx context.Context) health.Outcome { return check.Run(ctx, b.options.Dial, to) })
		})
	}
	b.setTimer()
}

// checkTarget checks and writes down what came of it.
func (b *Balancer) checkTarget(t *target, c health.Check, began time.Time, run func(context.Context) health.Outcome) {
	o := run(b.ctx)
	b.mu.Lock()
	defer b.deliver()
	defer b.mu.Unlock()
	b.checks.active--
	t.checking = false
	g := t.group
	if b.closed || g.targets[t.config.ID] != t || t.config.Draining || !g.used || !g.set {
		return
	}
	now := b.options.Now()
	news, turned := g.checked(t, o, c, now)
	if news {
		b.tell(t.report())
	}
	if turned {
		b.steer()
	}
	next := began.Add(g.check.Interval)
	if next.Before(now) {
		next = now
	}
	b.checks.queue.add(t, next)
	b.setTimer()
}
