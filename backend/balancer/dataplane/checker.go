package dataplane

import (
	"container/heap"
	"context"
	"time"
)

// checker has targets checked when they are due. One timer is set for the one that is
// next; a target costs a goroutine only while it is checked. The balancer's lock guards
// it, and its methods are called with it held.
type checker struct {
	queue  dueTargets
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
		if t.place >= 0 {
			heap.Remove(&b.checks.queue, t.place)
		}
		if !g.used && g.check.Enabled && !t.config.Healthy { // nobody looks after it any more
			t.health = registered()
			g.enlist(t)
		}
	case t.place < 0 && !t.checking:
		t.next = b.options.Now()
		heap.Push(&b.checks.queue, t)
	case t.place >= 0: // the interval may have become shorter
		if soonest := b.options.Now().Add(g.check.interval); t.next.After(soonest) {
			t.next = soonest
			heap.Fix(&b.checks.queue, t.place)
		}
	}
}

// setTimer has the clock call for the target that is due next.
func (b *Balancer) setTimer() {
	c := &b.checks
	if len(c.queue) == 0 || b.closed {
		if c.stop != nil {
			c.stop()
			c.stop = nil
		}
		return
	}
	next := c.queue[0].next
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
	for len(b.checks.queue) > 0 && !b.checks.queue[0].next.After(now) && !b.closed {
		t := heap.Pop(&b.checks.queue).(*target)
		t.checking = true
		b.checks.active++
		began, check, to := now, t.group.check, t.config.Addr
		b.running.Go(func() {
			b.checkTarget(t, check, began, func(ctx context.Context) outcome { return check.run(ctx, b.options.Dial, to) })
		})
	}
	b.setTimer()
}

// checkTarget checks and writes down what came of it.
func (b *Balancer) checkTarget(t *target, c check, began time.Time, run func(context.Context) outcome) {
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
	was, now := t.health, b.options.Now()
	t.health = was.after(o, c.HealthCheck, now)
	if !t.health.says(was) {
		b.tell(t.report())
		if t.health.state != was.state {
			b.turned(t, now)
		}
	}
	if t.next = began.Add(g.check.interval); t.next.Before(now) {
		t.next = now
	}
	heap.Push(&b.checks.queue, t)
	b.setTimer()
}

// turned renews the pool of a target that has become healthy or unhealthy. One that joins
// others begins slowly; those of a group without a healthy one do not.
func (b *Balancer) turned(t *target, now time.Time) {
	g := t.group
	g.enlist(t)
	t.slowSince = time.Time{}
	if t.health.state == stateHealthy && len(g.healthy) > 1 {
		t.slowSince = now
	}
	g.renew(now)
	b.steer()
}

// dueTargets is a heap by the time of the next check.
type dueTargets []*target

func (d dueTargets) Len() int           { return len(d) }
func (d dueTargets) Less(i, j int) bool { return d[i].next.Before(d[j].next) }
func (d dueTargets) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}

// Push and Pop are heap.Interface's.
func (d *dueTargets) Push(x any) {
	t := x.(*target)
	t.place = len(*d)
	*d = append(*d, t)
}

func (d *dueTargets) Pop() any {
	old := *d
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*d = old[:len(old)-1]
	t.place = -1
	return t
}
