package clock

import (
	"encoding/json"
	"fmt"
	"time"
)

// A clock never goes back, nor does that of the next run: everything that users see has a
// time. So the state file has a stamp of the clock, written with each change, with each call
// that moves the clock, and once a minute of the clock, as far as that passes by itself.

// stamp is what a clock showed at a real time.
type stamp struct {
	Clock, Real time.Time
	Speed       float64
}

const (
	// StampEvery is how often a clock is stamped while nothing else is written, by the clock.
	StampEvery = time.Minute
	// StampPause is the least real time between two such stamps: the minutes of a fast clock
	// are short.
	StampPause = time.Second
)

// UntilStamp is how long, in real time, a clock waits for its next stamp. It is real time because
// Advance would go from stamp to stamp otherwise.
func (c *Clock) UntilStamp() time.Duration {
	return max(StampPause, time.Duration(float64(StampEvery)/max(1, c.Speed())))
}

// longestUnstamped is for how long a clock may run in real time without a stamp: to the
// first of its minutes that ends after StampPause.
func longestUnstamped(speed float64) time.Duration {
	return StampPause + time.Duration(float64(StampEvery)/speed)
}

// Stamp returns what the clock shows now, for Resume in the next run.
func (c *Clock) Stamp() []byte {
	body, err := json.Marshal(stamp{c.Now(), time.Now(), c.Speed()})
	if err != nil {
		panic(err) // cannot be: nothing in it can fail
	}
	return body
}

// Resume returns when the clock of a run begins that goes on with the state of another run,
// whose last stamp this is. Time has passed meanwhile, as for a machine that was off. A clock
// that was fast may have shown more than its last stamp says: the next one begins beyond that.
// Without a stamp it is now.
func Resume(last []byte, now time.Time) (time.Time, error) {
	if len(last) == 0 {
		return now, nil
	}
	var s stamp
	if err := json.Unmarshal(last, &s); err != nil {
		return now, fmt.Errorf("its stamp of the clock is %q: %w", last, err)
	}
	since := max(0, now.Sub(s.Real))
	start := s.Clock.Add(since)
	if s.Speed > 1 {
		unstamped := min(since, longestUnstamped(s.Speed))
		start = start.Add(time.Duration(float64(unstamped) * (s.Speed - 1)))
	}
	if start.Before(now) {
		return now, nil
	}
	return start, nil
}
