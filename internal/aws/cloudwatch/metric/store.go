package metric

import (
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// DefaultSize is how much memory data points take where nothing else is said.
const DefaultSize = 64 << 20

// Options configure a Store. The zero value is a store in memory, whose newest data point gives the time.
type Options struct {
	// Path names a file in which data points outlive a crash. It is written once a minute of the clock, and at most once a
	// second; newer data points are in a file beside it, except for the last two seconds. Empty: there is no file.
	Path string
	// Size is how many bytes of memory data points may take; beyond that the oldest give way. Default DefaultSize.
	Size  int64
	Clock *clock.Clock
	Log   *slog.Logger // default: none

	fault func() error // of tests: what each write fails with
}

// Store keeps data points. It is safe for concurrent use.
type Store struct {
	opts Options
	disk *disk // nil: there is none

	mu      sync.Mutex
	metrics map[string]*metricSeries
	size    int64 // of memory, about
	latest  int64 // second of the newest data point
	marks   map[string]string
}

// metricSeries are the series of a metric, one for each unit.
type metricSeries struct {
	ID
	units []*series
}

func NewStore() *Store {
	s, _ := Open(Options{}) // what fails is a file
	return s
}

// Open makes a store with what its file has.
func Open(o Options) (*Store, error) {
	o.Size = cmp.Or(max(o.Size, 0), DefaultSize)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{opts: o, metrics: map[string]*metricSeries{}, marks: map[string]string{}}
	if o.Path == "" {
		return s, nil
	}
	return s, s.openDisk()
}

// Size is about how many bytes of memory data points take.
func (s *Store) Size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

// Reset forgets all metrics and marks, also on disk, where that needs no room.
func (s *Store) Reset() {
	if s.disk == nil {
		s.forget()
		return
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.forget()
	s.removeDisk()
}

func (s *Store) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.metrics)
	clear(s.marks)
	s.size, s.latest = 0, 0
	if s.disk != nil {
		s.disk.changes.any = false
		s.disk.changes.forgetDetails()
		s.disk.tail.unwritten = nil
	}
}

// Put adds data to their metrics.
func (s *Store) Put(data ...Datum) { s.PutMarked(nil, data...) }

// PutMarked adds data to their metrics and sets marks, together: after a crash both are there, or neither.
func (s *Store) PutMarked(marks []Mark, data ...Datum) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setMarks(marks)
	for i := range data {
		d := &data[i]
		if sum := d.set(); sum.Count > 0 {
			at, p := d.At.Unix(), Point{Set: sum, dist: distributionOf(d, sum)}
			s.notePoint(s.putPoint(d, at, d.HighResolution, p), at, d.HighResolution, p)
		}
	}
	if s.size > s.opts.Size {
		s.evict()
	}
	s.saveSoon()
	s.tailSoon()
}

// putPoint adds a point to the series of a datum.
func (s *Store) putPoint(d *Datum, at int64, fine bool, p Point) *series {
	s.latest = max(s.latest, at)
	of := s.seriesOf(d)
	of.roll(s, s.present(at))
	of.put(s, at, fine, p)
	return of
}

// present is the second that it is; without a clock that of the newest data point, of which at is one.
func (s *Store) present(at int64) int64 {
	if s.opts.Clock != nil {
		return s.opts.Clock.Now().Unix()
	}
	return max(s.latest, at)
}

// seriesOf is the series of a datum, which is made if it is the first.
func (s *Store) seriesOf(d *Datum) *series {
	key, unit := d.Key(), cmp.Or(d.Unit, types.StandardUnitNone)
	of := s.metrics[key]
	if of == nil {
		of = &metricSeries{ID: d.ID}
		s.metrics[key] = of
	}
	if found := of.in(unit); found != nil {
		return found
	}
	return s.addSeries(key, of, unit)
}

func (s *Store) addSeries(key string, of *metricSeries, unit types.StandardUnit) *series {
	made := &series{id: &of.ID, unit: unit}
	of.units = append(of.units, made)
	sorting.By(of.units, func(a, b *series) int { return cmp.Compare(a.unit, b.unit) })
	s.size += seriesSize + 2*int64(len(key))
	if s.disk != nil {
		s.disk.number++
		made.number = s.disk.number
		s.disk.changes.addSeries(made.number, made)
	}
	return made
}

// in is the series in a unit, or nil.
func (m *metricSeries) in(unit types.StandardUnit) *series {
	for _, each := range m.units {
		if each.unit == unit {
			return each
		}
	}
	return nil
}

// rolled is a series, as its tiers are now, or nil.
func (s *Store) rolled(id ID, unit types.StandardUnit) *series {
	of := s.metrics[id.Key()]
	if of == nil {
		return nil
	}
	found := of.in(unit)
	if found != nil {
		found.roll(s, s.present(s.latest))
	}
	return found
}

// Units are the units of the points of a metric between two times, in their order.
func (s *Store) Units(id ID, from, to time.Time) (units []types.StandardUnit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.metrics[id.Key()]
	if of == nil {
		return nil
	}
	for _, each := range of.units {
		each.roll(s, s.present(s.latest))
		if each.count(ceil(from), ceil(to)) > 0 {
			units = append(units, each.unit)
		}
	}
	return units
}

// List returns the metrics of a scope, and of a namespace where it is not empty, that have data since a time.
func (s *Store) List(scope arn.Scope, namespace string, since time.Time) (ids []ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(s.metrics)) {
		of := s.metrics[key]
		if of.Scope != scope || namespace != "" && of.Namespace != namespace {
			continue
		}
		if slices.ContainsFunc(of.units, func(each *series) bool { at, ok := each.newest(); return ok && at >= since.Unix()-tiers[1].step }) {
			ids = append(ids, of.ID)
		}
	}
	return ids
}
