package emulator

import (
	"fmt"
	"time"
)

// AdvanceUntil moves the clock forward until a condition holds, by d at most. It asks done when everything that is
// due has been done, at first before it moves the clock, and then after each second at least in which
// something falls due, so the clock is less than a second past what made the condition true. done may call the
// emulator. The error says that the condition does not hold after d, or that the clock cannot be moved.
func (c Clock) AdvanceUntil(d time.Duration, done func() bool) error {
	end, step := c.Now().Add(d), time.Duration(0)
	for {
		if err := c.Advance(step); err != nil {
			return err
		}
		if done() {
			return nil
		}
		now := c.Now()
		if !now.Before(end) {
			return fmt.Errorf("%v of the emulator's clock have not been enough: the condition does not hold at %s", d, now.Format(time.RFC3339))
		}
		due, ok := c.server.core.Clock.Next()
		step = untilLook(now, end, due, ok)
	}
}

// The steps of AdvanceUntil. A step of a second asks not too often where much falls due, and one of a minute often
// enough for a condition that asks the clock alone. Both are choices.
const (
	shortestStep = time.Second
	longestStep  = time.Minute
)

// untilLook is how long AdvanceUntil moves the clock before it asks again: until the next timer is due, if there is
// one, within the bounds of a step, and not past the end.
func untilLook(now, end, due time.Time, waits bool) time.Duration {
	step := longestStep
	if waits {
		step = min(max(due.Sub(now), shortestStep), longestStep)
	}
	return min(step, end.Sub(now))
}
