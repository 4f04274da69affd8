package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// inFlight is the work that others may wait for: engine calls, and news on their way
// to the store. It cuts calls off whose time has run out, or when the agent ends.
type inFlight struct {
	mu      sync.Mutex
	flights map[*flight]struct{}
	guarded bool // a timer is set to look after deadlines
	ending  bool // the agent
	epochs  epochs
}

// flight is one of them, and the context of its call.
type flight struct {
	context.Context
	all      *inFlight
	chain    *chain // what it belongs to
	cut      context.CancelFunc
	lingers  bool      // it may finish when the agent ends
	began    time.Time // or the end of its wait for the clock
	deadline time.Time // zero: none
	late     bool      // cut off at its deadline
	waiting  bool      // for the clock: it is not waited for, and can be cut off
	old      bool      // it is not waited for any more
}

// counts reports whether idle waits for it.
func (c *flight) counts() bool { return !c.waiting && !c.old }

// begin notes a flight. One that lingers is not cut off when the agent ends, for up to
// lastCallTimeout.
func (f *inFlight) begin(of *chain, lingers bool) *flight {
	c := &flight{all: f, chain: of, lingers: lingers, began: time.Now()}
	c.Context, c.cut = context.WithCancel(context.Background())
	f.mu.Lock()
	defer f.mu.Unlock()
	of.flights++
	c.old = of.tiring
	if c.counts() {
		f.epochs.begin(of)
	}
	if f.flights == nil {
		f.flights = map[*flight]struct{}{}
	}
	f.flights[c] = struct{}{}
	if f.ending && !lingers {
		c.cut()
	}
	return c
}

func (c *flight) end() {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.cut()
	delete(c.all.flights, c)
	if c.counts() {
		c.all.epochs.end(c.chain)
	}
	if c.chain.flights--; c.chain.flights == 0 {
		c.chain.tiring = false
	}
}

// Value lets an engine find the flight, to say that the call waits for the clock.
func (c *flight) Value(key any) any {
	if key == backend.ClockWaiterKey {
		return c
	}
	return c.Context.Value(key)
}

// WaitsForClock implements backend.ClockWaiter.
func (c *flight) WaitsForClock() (over func()) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	if c.counts() {
		c.all.epochs.end(c.chain)
	}
	c.waiting = true
	if c.all.ending {
		c.cut()
	}
	return func() {
		c.all.mu.Lock()
		defer c.all.mu.Unlock()
		c.waiting, c.began = false, time.Now()
		if c.counts() {
			c.all.epochs.begin(c.chain)
		}
	}
}

// limited is the context of a call with a deadline. What outlives the call keeps it, cut off, when
// the flight goes on with another one.
type limited struct {
	context.Context
	flight *flight
}

// Value is that of the flight.
func (l limited) Value(key any) any {
	if key == backend.ClockWaiterKey {
		return l.flight
	}
	return l.Context.Value(key)
}

// limit sets a deadline from now on, for a call with the context that it returns.
func (c *flight) limit(after time.Duration) context.Context {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.deadline = time.Now().Add(after)
	if !c.all.guarded {
		c.all.guarded = true
		time.AfterFunc(guardInterval, c.all.guard)
	}
	return limited{c.Context, c}
}

// unlimit takes the deadline back, and reports whether it had passed: then the flight
// goes on with another context.
func (c *flight) unlimit() (late bool) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	late, c.late, c.deadline = c.late, false, time.Time{}
	if late && !c.all.ending {
		c.Context, c.cut = context.WithCancel(context.Background())
	}
	return late
}

// cutOff ends the call.
func (c *flight) cutOff() {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.cut()
}

// guardInterval is how often deadlines are looked after: they are long.
const guardInterval = time.Second

// guard cuts calls off whose deadline has passed, and comes back as long as there are
// any. One timer does so for all: one for each call would cost more than the call.
func (f *inFlight) guard() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.guarded = false
	for c := range f.flights {
		switch {
		case c.deadline.IsZero():
		case time.Now().After(c.deadline):
			c.late = true
			c.cut()
		default:
			f.guarded = true
		}
	}
	if f.guarded {
		time.AfterFunc(guardInterval, f.guard)
	}
}

// lastCallTimeout is how long a call may go on that has begun when the agent ends.
const lastCallTimeout = 8 * time.Second

// endAll cuts off what only waits, and the rest after lastCallTimeout.
func (f *inFlight) endAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ending = true
	for c := range f.flights {
		if !c.lingers || c.waiting {
			c.cut()
		}
	}
	time.AfterFunc(lastCallTimeout, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for c := range f.flights {
			c.cut()
		}
	})
}

// idle waits until the flights that there are have ended, and those that they lead to.
// It waits neither for what others begin meanwhile, which may have no end, nor for
// flights older than patience.
func (f *inFlight) idle(ctx context.Context, patience time.Duration) error {
	last := f.nextEpoch()
	for {
		age, ended := f.youngest(last, patience)
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
			f.giveUp(last)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// giveUp has nobody wait again for what has not come to rest in all the time that there
// was: calls that are tried again and again, each of them young.
func (f *inFlight) giveUp(last uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.flights {
		if c.counts() && c.chain.epoch <= last {
			c.old, c.chain.tiring = true, true
			f.epochs.end(c.chain)
		}
	}
}

// nextEpoch ends an epoch, and returns it.
func (f *inFlight) nextEpoch() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epochs.now++
	return f.epochs.now - 1
}

// youngest is the age of the youngest flight up to an epoch that counts, and a channel
// that is closed when the last one of an epoch has ended; without a flight that is nil.
// Those that are older than patience count no more.
func (f *inFlight) youngest(last uint64, patience time.Duration) (age time.Duration, ended <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.epochs.owe(last) {
		return patience, nil
	}
	age = patience
	for c := range f.flights {
		switch {
		case !c.counts():
		case time.Since(c.began) >= patience:
			c.old = true
			f.epochs.end(c.chain)
		case c.chain.epoch <= last:
			age = min(age, time.Since(c.began))
		}
	}
	if !f.epochs.owe(last) {
		return patience, nil
	}
	return age, f.epochs.news()
}
