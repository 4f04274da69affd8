package cloudwatchlogs

import (
	"time"
)

// Containers write at the same time into streams of one group, and what one of them has
// written earlier may come in later. Who follows a group, as `aws logs tail --follow` does,
// asks for what is not older than the newest event that it has seen, so it would miss that.
// Therefore a search does not show what something older may yet come before:
//
//   - As long as the reader of a container's output says that it has lines which it has not
//     put, or that it is behind the container, nothing newer than those lines is shown.
//   - After a start, that holds for each container of which not everything may be in, until
//     its reader says something.
//   - No reader knows of a line that is on its way to it, so what has come in is shown after
//     settling.
//
// On AWS lines are some five seconds late. Source: recorded answers, for the five seconds.
const (
	settling = 250 * time.Millisecond
	// behindFor is how long readers are believed that they are behind, unless they say so again:
	// nothing stays hidden because one of them has gone away.
	behindFor = 30 * time.Second
)

// arrival is what has come in at about the same time.
type arrival struct {
	first, last time.Time // by the clock of this machine: lines are on their way in real time
	low         int64     // the oldest timestamp
}

// delay is the time from which on events of a source are yet to come.
type delay struct {
	since int64
	until time.Time // of this machine as well
}

// together is how far apart arrivals are that count as one, so that there are few.
const together = settling / 10

// arrived notes a batch that a source has put.
func (g *group) arrived(b *batch, now time.Time) {
	if b.source == "" || b.count == 0 {
		return
	}
	if d, behind := g.behind[b.source]; behind { // what follows is not older than what it has put
		g.lag(b.source, max(d.since, b.high))
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

// Behind notes that events of a source which are not older than since are yet to be put; the
// zero time is that there are none.
func (s *Store) Behind(n StreamName, source string, since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.meta.group(n.Scope, n.Group)
	switch {
	case g == nil:
	case since.IsZero():
		delete(g.behind, source)
	default:
		g.lag(source, since.UnixMilli())
	}
}

func (g *group) lag(source string, since int64) {
	if g.behind == nil {
		g.behind = map[string]delay{}
	}
	g.behind[source] = delay{since, time.Now().Add(behindFor)}
}

// lagAll is for a start: it is not known what containers have written meanwhile.
func (m *metadata) lagAll() {
	for _, st := range m.streams {
		for source := range st.Sources {
			st.group.lag(source, st.from(source))
		}
	}
}

// settled returns how long it takes until all that is in now has settled, and the time before
// which nothing is missing.
func (g *group) settled(now time.Time) (wait time.Duration, before int64) {
	before = latest
	for _, a := range g.recent {
		if left := settling - now.Sub(a.last); left > 0 {
			wait, before = max(wait, left), min(before, a.low)
		}
	}
	for _, d := range g.behind {
		if now.Before(d.until) { // what comes at that very time is found by who asks from there on
			before = min(before, d.since+1)
		}
	}
	return wait, before
}
