package sim

import "time"

// Clock is the time in which containers live. AfterFunc must not call f itself,
// but later and from another goroutine or call.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a call that a Clock promised. Stop takes it back, unless it is late.
type Timer interface {
	Stop() bool
}

// ClockOf makes a Clock of one whose AfterFunc returns a timer type of its own,
// such as the emulator's:
//
//	sim.New(sim.Options{Clock: sim.ClockOf(clock.New(clock.Options{}))})
func ClockOf[T Timer](clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) T
}) Clock {
	return clockOf[T]{clock.Now, clock.AfterFunc}
}

type clockOf[T Timer] struct {
	now       func() time.Time
	afterFunc func(time.Duration, func()) T
}

func (c clockOf[T]) Now() time.Time { return c.now() }

func (c clockOf[T]) AfterFunc(d time.Duration, f func()) Timer { return c.afterFunc(d, f) }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
