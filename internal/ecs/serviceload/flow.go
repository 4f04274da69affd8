package serviceload

import (
	"math"
	"slices"
	"time"
)

// flow is a number of requests a second to a service, by its cluster and name.
type flow struct {
	service     string
	perSecond   float64
	from, until time.Time // until is zero if it has no end
}

// before is how many have come before a time, so that windows that follow each other have each request once.
func (f flow) before(at time.Time) uint64 {
	if !f.until.IsZero() && at.After(f.until) {
		at = f.until
	}
	return uint64(math.Round(f.perSecond * max(0, at.Sub(f.from).Seconds())))
}

// stop has the requests to a service end. It needs the lock.
func (b *Board) stop(service string, now time.Time) {
	for i, f := range b.flows {
		if f.service == service && (f.until.IsZero() || now.Before(f.until)) {
			b.flows[i].until = now
		}
	}
}

// longest is how far back requests are told one minute at a time: as long as metrics keep minutes.
const longest = 24 * time.Hour

// Requests are those that have come in a window, by the minute and the ARN of the target group. Windows follow each
// other: what has ended before one is forgotten.
func (b *Board) Requests(from, to time.Time) map[time.Time]map[string]uint64 {
	b.mu.Lock()
	b.flows = slices.DeleteFunc(b.flows, func(f flow) bool { return !f.until.IsZero() && !from.Before(f.until) })
	flows := slices.Clone(b.flows)
	b.mu.Unlock()
	if first := to.Add(-longest); from.Before(first) {
		from = first
	}
	minutes := map[time.Time]map[string]uint64{}
	tx := b.Store.Read()
	for _, f := range flows {
		for _, s := range services(tx, f.service) {
			leads := routes(tx, s)
			for at := from; at.Before(to); {
				minute := at.Truncate(time.Minute)
				next := minute.Add(time.Minute)
				if to.Before(next) {
					next = to
				}
				add(minutes, minute, deal(leads, f.before(at), f.before(next)))
				at = next
			}
		}
	}
	return minutes
}

func add(minutes map[time.Time]map[string]uint64, minute time.Time, more map[string]uint64) {
	for group, n := range more {
		if minutes[minute] == nil {
			minutes[minute] = map[string]uint64{}
		}
		minutes[minute][group] += n
	}
}
