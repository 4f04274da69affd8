package metric

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// series is the data points of a metric in one unit.
type series struct {
	id      *ID
	unit    types.StandardUnit
	number  uint32 // on disk
	columns [len(tiers)]column
}

// seriesSize is about what a series takes beside its records and the texts of its metric.
const seriesSize = 512

// newest is the time of the last record.
func (s *series) newest() (at int64, ok bool) {
	for i := range s.columns {
		if n := len(s.columns[i].records); n > 0 {
			if last := s.columns[i].records[n-1].at; !ok || last > at {
				at, ok = last, true
			}
		}
	}
	return at, ok
}

// put adds a point. It reports which memory it takes more.
func (s *series) put(st *Store, at int64, fine bool, p Point) {
	first := 1
	if fine {
		first = 0
	}
	if tier, ok := tierOf(at, st.present(at), first); ok {
		s.addTo(st, tier, at, p)
	}
}

func (s *series) addTo(st *Store, tier int, at int64, p Point) {
	at = floor(at, tiers[tier].step)
	st.size += s.columns[tier].add(at, p)
	st.changed(s, tier, at)
}

// roll moves what is too old for its tier to the next one, and forgets what is too old for all.
func (s *series) roll(st *Store, now int64) {
	for tier := range s.columns {
		c, n := &s.columns[tier], 0
		for limit := horizon(tier, now); n < len(c.records) && c.records[n].at < limit; n++ {
			r := &c.records[n]
			st.changed(s, tier, r.at)
			if to, ok := tierOf(r.at, now, tier+1); ok {
				s.addTo(st, to, r.at, r.point())
			}
		}
		if n > 0 {
			st.size -= c.drop(n)
		}
	}
}

// between calls see with the records of a time, tier after tier.
func (s *series) between(from, to int64, see func(r *record)) {
	for tier := range s.columns {
		records := s.columns[tier].between(from, to)
		for i := range records {
			see(&records[i])
		}
	}
}

// count is how many records there are in a time.
func (s *series) count(from, to int64) (n int) {
	for tier := range s.columns {
		n += len(s.columns[tier].between(from, to))
	}
	return n
}
