package metric

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
)

// Store keeps data points. It is safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	metrics map[string]*series
	marks   map[string]string
}

type series struct {
	id     ID
	points map[types.StandardUnit]map[time.Time]Set // by second
}

// Point is what is known of a metric and unit in a period that begins At.
type Point struct {
	At time.Time
	Set
}

// Statistic is SampleCount, Average, Sum, Minimum or Maximum, or an extended statistic. There is none where ok is false.
func (p *Point) Statistic(name string) (value float64, ok bool) {
	switch types.Statistic(name) {
	case types.StatisticSampleCount:
		return p.Count, true
	case types.StatisticSum:
		return p.Sum, true
	case types.StatisticMinimum:
		return p.Min, true
	case types.StatisticMaximum:
		return p.Max, true
	case types.StatisticAverage:
		return p.Sum / p.Count, p.Count > 0
	}
	return 0, false
}

// NewStore makes a store in memory.
func NewStore() *Store { return &Store{metrics: map[string]*series{}, marks: map[string]string{}} }

// Reset forgets all metrics and marks.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.metrics)
	clear(s.marks)
}

// Mark is how far a source has read what it takes data from, in its own words. What counts without an end, and goes on
// when the emulator is killed, is so read once: what was added since the mark.
type Mark struct{ Key, Value string } // an empty value removes it

// Mark returns the value that a mark has, which is empty where there is none.
func (s *Store) Mark(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[key]
}

// Marks returns the keys that begin so, in order.
func (s *Store) Marks(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.marks)), func(key string) bool { return !strings.HasPrefix(key, prefix) })
}

// Put adds data to their metrics.
func (s *Store) Put(data ...Datum) { s.PutMarked(nil, data...) }

// PutMarked adds data to their metrics and sets marks, together: after a crash both are there, or neither.
func (s *Store) PutMarked(marks []Mark, data ...Datum) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range marks {
		if s.marks[m.Key] = m.Value; m.Value == "" {
			delete(s.marks, m.Key)
		}
	}
	for i := range data {
		d := &data[i]
		of := s.metrics[d.Key()]
		if of == nil {
			of = &series{id: d.ID, points: map[types.StandardUnit]map[time.Time]Set{}}
			s.metrics[d.Key()] = of
		}
		unit, at := cmp.Or(d.Unit, types.StandardUnitNone), d.At.UTC().Truncate(time.Minute)
		if d.HighResolution {
			at = d.At.UTC().Truncate(time.Second)
		}
		if of.points[unit] == nil {
			of.points[unit] = map[time.Time]Set{}
		}
		of.points[unit][at] = of.points[unit][at].Add(d.set())
	}
}

// Query asks for the points of a metric in one unit.
type Query struct {
	ID
	Unit     types.StandardUnit
	From, To time.Time // From is at the start of a period; what begins at To is left out
	Period   time.Duration
}

// Points are what there is, oldest first: none for periods without data.
func (s *Store) Points(q Query) (points []Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.metrics[q.Key()]
	if of == nil {
		return nil
	}
	periods := map[time.Time]Set{}
	for at, set := range of.points[cmp.Or(q.Unit, types.StandardUnitNone)] {
		if !at.Before(q.From) && at.Before(q.To) {
			begins := q.From.Add(at.Sub(q.From).Truncate(q.Period))
			periods[begins] = periods[begins].Add(set)
		}
	}
	for at, set := range periods {
		points = append(points, Point{at, set})
	}
	slices.SortFunc(points, func(a, b Point) int { return a.At.Compare(b.At) })
	return points
}

// Units are those of the points of a metric between two times, in their order.
func (s *Store) Units(id ID, from, to time.Time) (units []types.StandardUnit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if of := s.metrics[id.Key()]; of != nil {
		for unit, points := range of.points {
			for at := range points {
				if !at.Before(from) && at.Before(to) {
					units = append(units, unit)
					break
				}
			}
		}
	}
	slices.Sort(units)
	return units
}

// List returns the metrics of a scope, and of a namespace where it is not empty, that have data since a time.
func (s *Store) List(scope arn.Scope, namespace string, since time.Time) (ids []ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, of := range s.metrics {
		if strings.HasPrefix(key, scope.Prefix()) && (namespace == "" || of.id.Namespace == namespace) {
			ids = append(ids, of.id)
		}
	}
	slices.SortFunc(ids, func(a, b ID) int { return strings.Compare(a.Key(), b.Key()) })
	return ids
}
