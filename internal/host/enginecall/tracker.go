package enginecall

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Tracker knows the calls under way: engine calls, and other work that callers may wait
// for. It cuts calls off whose time has run out, and those that are left at EndAll. The
// zero value is ready for use.
type Tracker struct {
	mu          sync.Mutex
	calls       map[*Call]struct{}
	guarded     bool // a timer is set to look after deadlines
	ending      bool // EndAll has been called
	generations generations
}

// AtEnd says what becomes of a call that is under way when EndAll is called.
type AtEnd bool

const (
	// CutOff cancels the call at once.
	CutOff AtEnd = false
	// Finish lets it go on, for up to lastCallTimeout.
	Finish AtEnd = true
)

// Begin notes a call of a group, to be ended with End; nil is a group of its own.
func (t *Tracker) Begin(group *Group, atEnd AtEnd) *Call {
	if group == nil {
		group = &Group{}
	}
	c := &Call{tracker: t, group: group, atEnd: atEnd, began: time.Now()}
	c.Context, c.cancel = context.WithCancel(context.Background())
	t.mu.Lock()
	defer t.mu.Unlock()
	group.calls++
	c.old = group.tiring
	if c.counts() {
		t.generations.begin(group)
	}
	if t.calls == nil {
		t.calls = map[*Call]struct{}{}
	}
	t.calls[c] = struct{}{}
	if t.ending && atEnd == CutOff {
		c.cancel()
	}
	return c
}

// UnderWay is the number of calls that have not ended.
func (t *Tracker) UnderWay() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.calls)
}

// lastCallTimeout is how long a call may go on that is to finish after EndAll.
const lastCallTimeout = 8 * time.Second

// EndAll cuts off the calls that wait for the clock or are not to finish, and the rest
// after lastCallTimeout.
func (t *Tracker) EndAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ending = true
	for c := range t.calls {
		if c.atEnd == CutOff || c.waiting {
			c.cancel()
		}
	}
	time.AfterFunc(lastCallTimeout, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for c := range t.calls {
			c.cancel()
		}
	})
}

// guardInterval is how often deadlines are looked after: they are long.
const guardInterval = time.Second

// startGuard sets the timer that looks after deadlines. The lock is held.
func (t *Tracker) startGuard() {
	if !t.guarded {
		t.guarded = true
		time.AfterFunc(guardInterval, t.guard)
	}
}

// guard cuts calls off whose deadline has passed, and comes back as long as there are
// any. One timer does so for all: one for each call would cost more than the call.
func (t *Tracker) guard() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.guarded = false
	left := false
	for c := range t.calls {
		switch {
		case c.deadline.IsZero():
		case !c.waiting && time.Now().After(c.deadline):
			c.late = true
			c.cancel()
		default:
			left = true
		}
	}
	if left {
		t.startGuard()
	}
}

// Idle waits until the calls that there are have ended, and those that they lead to. It
// waits neither for what others begin meanwhile, which may have no end, nor for calls
// older than patience. It fails with the error of ctx.
func (t *Tracker) Idle(ctx context.Context, patience time.Duration) error {
	last := t.nextGeneration()
	for {
		age, ended := t.youngest(last, patience)
		if ended == nil {
			return ctx.Err()
		}
		grown := time.NewTimer(patience - age)
		select {
		case <-ended:
		case <-grown.C:
		case <-ctx.Done():
		}
		grown.Stop()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.giveUp(last)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// giveUp stops counting calls that are still retried at the deadline, each of them young.
func (t *Tracker) giveUp(last uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.calls {
		if c.counts() && c.group.generation <= last {
			c.old, c.group.tiring = true, true
			t.generations.end(c.group)
		}
	}
}

func (t *Tracker) nextGeneration() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.generations.now++
	return t.generations.now - 1
}

// youngest is the age of the youngest call up to a generation that counts, and a channel
// that is closed when the last one of a generation has ended; without a call that is nil.
// Those that are older than patience count no more.
func (t *Tracker) youngest(last uint64, patience time.Duration) (age time.Duration, ended <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.generations.underWay(last) {
		return patience, nil
	}
	age = patience
	for c := range t.calls {
		switch {
		case !c.counts():
		case time.Since(c.began) >= patience:
			c.old = true
			t.generations.end(c.group)
		case c.group.generation <= last:
			age = min(age, time.Since(c.began))
		}
	}
	if !t.generations.underWay(last) {
		return patience, nil
	}
	return age, t.generations.next()
}
