// Package clock is the emulator's clock.
//
// It starts at real time (or where a former run left off), never goes back, and
// can be run faster, held, or advanced. It governs what ECS does on its own
// account: bake times, grace periods, back-off, schedules, retention. Real time
// governs what the engine does: stop timeouts, pulls and input/output.
//
//	clk := clock.New(clock.Options{})
//	clk.AfterFunc(time.Hour, endBakeTime)
//	clk.Advance(ctx, 2*time.Hour) // runs endBakeTime at the right time, now
package clock

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

// longestStep bounds how far the clock goes at once, well within a Duration.
const longestStep = 100 * 365 * 24 * time.Hour

// MaxSpeed is the fastest a clock runs: more than 11 days a second.
const MaxSpeed = 1_000_000

// Options configure a Clock. The zero value is real time.
type Options struct {
	// Start is the emulated time at which the clock begins; zero is the present.
	// A run that continues another begins no earlier than that one ended.
	Start time.Time
	// Speed is the number of emulated seconds in a real one; 0 is 1. It is
	// limited to MaxSpeed, and a negative or unordered value is 1 as well.
	Speed float64
}

// Clock tells the emulated time and calls functions at emulated times. It is
// safe for concurrent use. Its times are UTC and carry no monotonic reading:
// the clock itself is monotonic.
type Clock struct {
	// turn is held by the goroutine that runs timers: one goroutine at a time, so that
	// functions run one after another in the order in which they are due.
	turn chan struct{}
	read func() reading // the real clocks

	mu       sync.Mutex
	closed   bool
	speed    float64
	real     reading // real and emulated are the same instant
	emulated time.Time
	held     *advance // moves the time, and real time doesn't; nil: there is none under way
	quiet    func(context.Context) error
	progress func(Progress)
	timers   timerHeap
	sequence uint64
	wake     *time.Timer // set for the earliest of timers; nil until there was one
}

// New makes a clock. It starts no goroutine.
func New(opts Options) *Clock { return newClock(opts, readReal) }

func newClock(opts Options, read func() reading) *Clock {
	c := &Clock{turn: make(chan struct{}, 1), speed: 1, read: read, real: read()}
	if opts.Speed > 0 {
		c.speed = math.Min(opts.Speed, MaxSpeed)
	}
	c.emulated = opts.Start
	if c.emulated.IsZero() {
		c.emulated = c.real.wall
	}
	c.emulated = c.emulated.Round(0).UTC()
	return c
}

// Close forgets all timers, of which none is called any more, nor of those that are
// made later. The clock still tells the time, but does not advance.
func (c *Clock) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, t := range c.timers {
		t.index = -1
	}
	c.timers = nil
	c.arm()
}

// Now is the emulated time. It never goes back.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Wall is what wall clocks will show at an emulated time, if this clock goes on as it does.
// It is for those who have no other clock, such as a program that is to come back before
// its keys expire. What stands still is taken to go on at the speed of real time.
func (c *Clock) Wall(emulated time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := emulated.Sub(c.emulated)
	if c.speed > 0 && c.speed != 1 {
		left = time.Duration(min(float64(left)/c.speed, float64(longestStep)))
	}
	wall := c.real.wall
	if c.speed == 0 {
		wall = c.read().wall
	}
	return wall.Add(left).UTC()
}

// Speed is the number of emulated seconds in a real one.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes how fast the clock runs from now on. At 0 it stands still and
// only Advance moves it. A speed outside 0 to MaxSpeed is refused.
func (c *Clock) SetSpeed(speed float64) error {
	if !(speed >= 0 && speed <= MaxSpeed) { // refuses NaN too
		return fmt.Errorf("clock speed %v is not between 0 and %d", speed, MaxSpeed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase(c.now())
	c.speed = speed
	c.arm()
	return nil
}

// SetQuiet sets what Advance calls before it moves the time: a function that
// returns once everything that earlier times caused has happened. Without one,
// Advance waits for nothing.
func (c *Clock) SetQuiet(quiet func(ctx context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quiet = quiet
}

// Next is the time at which the earliest timer is due; ok is false if there is
// none.
func (c *Clock) Next() (due time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		return time.Time{}, false
	}
	return c.timers[0].due, true
}

// now tells the time. It moves the base once an hour, so that the product with a
// high speed stays within the range of a Duration, and after a suspension, so that
// what the wall clock does afterwards cannot take it back.
func (c *Clock) now() time.Time {
	if c.held != nil || c.speed == 0 {
		return c.emulated
	}
	elapsed, jumped := c.read().since(c.real)
	passed := elapsed
	if c.speed != 1 {
		passed = time.Duration(min(float64(elapsed)*c.speed, float64(longestStep)))
	}
	now := c.emulated.Add(passed)
	if jumped || c.speed != 1 && elapsed > time.Hour {
		c.rebase(now)
	}
	return now
}

func (c *Clock) rebase(emulated time.Time) {
	c.real, c.emulated = c.read(), emulated
}

// arm sets the wake-up for the earliest timer. While Advance holds the clock, or
// the clock stands still, nothing becomes due by itself.
func (c *Clock) arm() {
	if c.wake != nil {
		c.wake.Stop()
	}
	if c.held != nil || c.speed == 0 || len(c.timers) == 0 {
		return
	}
	// Waking early is harmless: fire sets the wake-up again. It is early for the sake
	// of a machine that was suspended, on which timers stand still.
	const longest = time.Minute
	wait := longest
	left := max(c.timers[0].due.Sub(c.now()), 0)
	if scaled := math.Ceil(float64(left) / c.speed); scaled < float64(longest) {
		wait = time.Duration(scaled)
	}
	if c.wake == nil {
		c.wake = time.AfterFunc(wait, c.fire)
		return
	}
	c.wake.Reset(wait)
}

// fire runs what has become due in the course of real time.
func (c *Clock) fire() {
	select {
	case c.turn <- struct{}{}:
	default:
		return // the goroutine that has the turn sets the wake-up when done
	}
	defer c.endTurn()
	c.runDue()
}

// endTurn gives up the turn, then sets the wake-up: the other way round a wake-up
// could find the turn taken and be lost.
func (c *Clock) endTurn() {
	<-c.turn
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arm()
}

// runDue runs the timers that are due, in order. Those that are made meanwhile
// wait for the next round, even if due at once.
func (c *Clock) runDue() {
	c.mu.Lock()
	newest := c.sequence
	c.mu.Unlock()
	for {
		c.mu.Lock()
		var f func()
		if len(c.timers) > 0 && c.timers[0].sequence <= newest && !c.timers[0].due.After(c.now()) {
			f = heap.Pop(&c.timers).(*Timer).f
		}
		c.mu.Unlock()
		if f == nil {
			return
		}
		f()
	}
}
