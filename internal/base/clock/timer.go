package clock

import (
	"container/heap"
	"time"
)

// Timer is a call that AfterFunc promised.
type Timer struct {
	clock    *Clock
	due      time.Time
	sequence uint64 // tells timers apart that are due at the same instant
	index    int    // in the heap; -1 outside
	f        func()
}

// AfterFunc calls f when d of emulated time has passed, at the next opportunity
// if d is not positive; never from within AfterFunc. Functions run one at a time,
// in the order in which they are due, those due together in the order in which
// they were made. So f must not block for long, nor call Advance; it may use the
// rest of the clock, and starts a goroutine for longer work.
func (c *Clock) AfterFunc(d time.Duration, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(c.now().Add(max(d, 0)), f)
}

// At is AfterFunc with the time at which f is due; one that has passed is now.
func (c *Clock) At(due time.Time, f func()) *Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); due.Before(now) {
		due = now
	}
	return c.at(due, f)
}

// at sets a timer. The lock is held.
func (c *Clock) at(due time.Time, f func()) *Timer {
	c.sequence++
	t := &Timer{clock: c, due: due, sequence: c.sequence, index: -1, f: f}
	if c.closed {
		return t
	}
	heap.Push(&c.timers, t)
	if t.index == 0 {
		c.arm()
	}
	return t
}

// SetFor reports whether the function is yet to be called, and at that time.
func (t *Timer) SetFor(due time.Time) bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.index >= 0 && t.due.Equal(due)
}

// Stop takes the call back. It reports whether it was in time; if not, the
// function has been called or is about to be.
func (t *Timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	// The wake-up stays as it is: it finds nothing due and is set anew.
	heap.Remove(&t.clock.timers, t.index)
	return true
}

// timerHeap is a container/heap of timers, the earliest first.
type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if c := h[i].due.Compare(h[j].due); c != 0 {
		return c < 0
	}
	return h[i].sequence < h[j].sequence
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}
