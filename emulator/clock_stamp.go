package emulator

import (
	"encoding/json"
	"fmt"
	"time"
)

// A clock never goes back, nor does that of the run after: all that is shown has a
// time. So the state file has a stamp of the clock, written with each change, each call
// that moves the clock, and once a minute.

// clockStamp is what a clock showed at a real time.
type clockStamp struct {
	Clock, Real time.Time
	Speed       float64
}

// stampPause is the least real time between two stamps while nothing else is written:
// the minutes of a fast clock are short.
const stampPause = time.Second

// longestUnstamped is for how long a clock may run in real time without a stamp: to the
// first of its minutes that ends after stampPause. See retain.
func longestUnstamped(speed float64) time.Duration {
	return stampPause + time.Duration(float64(retentionEvery)/speed)
}

func (s *Server) clockStamp() []byte {
	if s.clock == nil {
		return nil // the last stamp cannot be read, and stays as it is
	}
	body, err := json.Marshal(clockStamp{s.clock.Now(), time.Now(), s.clock.Speed()})
	if err != nil {
		panic(err) // cannot be: nothing in it can fail
	}
	return body
}

func (s *Server) stamp() {
	if err := s.store.Stamp(); err != nil {
		s.opts.Log.Error("time not stored", "error", err)
	}
}

// goOn is when the clock of a run begins that goes on with the state of another one.
// Time has passed meanwhile, as for a machine that was off. A clock that was fast may
// have shown more than its last stamp says: the next one begins beyond that.
func goOn(stamp []byte, now time.Time) (time.Time, error) {
	if len(stamp) == 0 {
		return now, nil
	}
	var last clockStamp
	if err := json.Unmarshal(stamp, &last); err != nil {
		return now, fmt.Errorf("its stamp of the clock is %q: %w", stamp, err)
	}
	since := max(0, now.Sub(last.Real))
	start := last.Clock.Add(since)
	if last.Speed > 1 {
		unstamped := min(since, longestUnstamped(last.Speed))
		start = start.Add(time.Duration(float64(unstamped) * (last.Speed - 1)))
	}
	if start.Before(now) {
		return now, nil
	}
	return start, nil
}
