package logs

import (
	"context"
	"time"
)

// Containers write at the same time into streams of one group, and what one of them has
// written earlier may come in later. Who follows a group, as `aws logs tail --follow` does,
// asks for what is not older than the newest event that it has seen, so it would miss that.
// Therefore a search shows the lines of containers only when settling is over: nothing older
// is on its way any more. On AWS they are some five seconds late. Source: recorded answers,
// for the five seconds.
const settling = 250 * time.Millisecond

// arrival is what has come in at about the same time.
type arrival struct {
	first, last time.Time // by the clock of this machine: lines are on their way in real time
	low         int64     // the oldest timestamp
}

// together is how far apart arrivals are that count as one, so that there are few.
const together = settling / 10

// arrived notes a batch that a source has put.
func (g *group) arrived(b *batch, now time.Time) {
	if b.source == "" || b.count == 0 {
		return
	}
	for len(g.recent) > 0 && now.Sub(g.recent[0].last) >= settling {
		g.recent = g.recent[1:]
	}
	if n := len(g.recent); n > 0 && now.Sub(g.recent[n-1].first) < together {
		g.recent[n-1].last, g.recent[n-1].low = now, min(g.recent[n-1].low, b.low)
		return
	}
	g.recent = append(g.recent, arrival{first: now, last: now, low: b.low})
}

// settled returns how long it takes until all that is in now has settled, and the time before
// which everything has.
func (g *group) settled(now time.Time) (wait time.Duration, before int64) {
	before = latest
	for _, a := range g.recent {
		if left := settling - now.Sub(a.last); left > 0 {
			wait, before = max(wait, left), min(before, a.low)
		}
	}
	return wait, before
}

// settle waits until what is in a group has settled.
func (s *Store) settle(ctx context.Context, key string) error {
	s.mu.RLock()
	var wait time.Duration
	if g := s.meta.groups[key]; g != nil {
		wait, _ = g.settled(time.Now())
	}
	s.mu.RUnlock()
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
