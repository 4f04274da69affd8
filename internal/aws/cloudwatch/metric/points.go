package metric

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Point is what is known of a metric and unit in a period that begins At.
type Point struct {
	At time.Time
	Set
	dist packed
}

// Query asks for the points of a metric in one unit.
type Query struct {
	ID
	Unit     types.StandardUnit
	From, To time.Time // From is at the start of a period; what begins at To is left out
	Period   time.Duration
}

// Points are what there is, oldest first: none for periods without data. Where the store has longer periods by now, a point
// stands at the first of those that it is about.
func (s *Store) Points(q Query) (points []Point) {
	from, to, period := ceil(q.From), ceil(q.To), int64(q.Period/time.Second)
	if period <= 0 || to <= from {
		return nil
	}
	var together []Point // those of a period
	records := s.records(q.ID, cmp.Or(q.Unit, types.StandardUnitNone), from, to)
	for i := range records {
		p, at := records[i].point(), records[i].at
		begin := at - (at-from)%period // in seconds, as a Duration has 292 years
		p.At = time.Unix(begin, 0).UTC()
		together = append(together, p)
		if i+1 == len(records) || records[i+1].at >= begin+period {
			points = append(points, joined(together...))
			together = together[:0]
		}
	}
	return points
}

// records are copies of those of a time, oldest first: to join them takes long for many days, and is done without the lock.
func (s *Store) records(id ID, unit types.StandardUnit, from, to int64) (records []record) {
	s.mu.Lock()
	if of := s.rolled(id, unit); of != nil {
		records = make([]record, 0, of.count(from, to))
		for tier := range slices.Backward(of.columns[:]) { // which is the order, but for data that came late
			records = append(records, of.columns[tier].between(from, to)...)
		}
	}
	s.mu.Unlock()
	sorting.By(records, func(a, b record) int { return cmp.Compare(a.at, b.at) })
	return records
}

// ceil is the first whole second that is not before a time.
func ceil(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}
