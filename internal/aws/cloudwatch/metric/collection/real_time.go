package collection

import (
	"context"
	"time"
)

// collectInRealTime asks sources each minute of real time while nothing wants data: the loop does not then.
func (c *Collector) collectInRealTime(ctx context.Context) error {
	next := time.NewTimer(c.untilMinute())
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-next.C:
		}
		if c.step() == 0 {
			c.tick(ctx, c.Clock.Now().Truncate(time.Minute))
		}
		next.Reset(c.untilMinute())
	}
}

// untilMinute is for how long to wait in real time: until the next full minute of the clock if it has the speed of real
// time, so that what is collected belongs to one minute.
func (c *Collector) untilMinute() time.Duration {
	if c.Clock.Speed() != 1 {
		return time.Minute
	}
	now := c.Clock.Now()
	return now.Truncate(time.Minute).Add(time.Minute).Sub(now)
}
