package metric_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// at is a clock that stands still until it is advanced.
func at(t *testing.T, now time.Time) *clock.Clock {
	t.Helper()
	c := clock.New(clock.Options{Start: now})
	if err := c.SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func open(t *testing.T, o metric.Options) *metric.Store {
	t.Helper()
	s, err := metric.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func advance(t *testing.T, c *clock.Clock, d time.Duration) {
	t.Helper()
	if err := c.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// shown are the points of load from noon on, as minutes:seconds=count/sum.
func shown(s *metric.Store, length, period time.Duration) string {
	var list []string
	for _, p := range s.Points(metric.Query{ID: load, From: noon, To: noon.Add(length), Period: period}) {
		list = append(list, fmt.Sprintf("%v=%g/%g", p.At.Sub(noon), p.Count, p.Sum))
	}
	return strings.Join(list, " ")
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Data are kept by second, minute, five minutes and hour as they grow old.
func TestPointsGrowOld(t *testing.T) {
	c := at(t, noon)
	s := open(t, metric.Options{Clock: c})
	for i := range 12 {
		s.Put(metric.Datum{ID: load, At: noon.Add(time.Duration(i) * 10 * time.Second), HighResolution: true, Values: []float64{1}})
	}
	s.Put(metric.Datum{ID: load, At: noon.Add(2*time.Minute + 5*time.Second), Values: []float64{1}})
	const hour = time.Hour
	expect(t, shown(s, 30*time.Second, 10*time.Second), "0s=1/1 10s=1/1 20s=1/1")
	expect(t, shown(s, hour, time.Minute), "0s=6/6 1m0s=6/6 2m0s=1/1")
	advance(t, c, 3*hour+5*time.Minute)
	expect(t, shown(s, hour, 10*time.Second), "0s=6/6 1m0s=6/6 2m0s=1/1")
	advance(t, c, 22*hour)
	expect(t, shown(s, hour, 10*time.Second), "0s=13/13")
	s.Put(metric.Datum{ID: load, At: noon.Add(6 * time.Minute), Values: []float64{2}}) // late
	expect(t, shown(s, hour, time.Minute), "0s=13/13 5m0s=1/2")
	advance(t, c, 64*24*hour)
	expect(t, shown(s, hour, time.Minute), "0s=14/15")
	advance(t, c, 392*24*hour)
	expect(t, shown(s, hour, time.Minute), "")
}

// Extremes and percentiles cover all values that were joined.
func TestPointsAreJoined(t *testing.T) {
	s := metric.NewStore()
	for i := range 60 {
		s.Put(metric.Datum{ID: load, At: noon.Add(time.Duration(i) * time.Minute), Values: []float64{float64(i), float64(100 - i)}})
	}
	p := s.Points(metric.Query{ID: load, From: noon, To: noon.Add(time.Hour), Period: time.Hour})[0]
	p50, _ := p.Statistic("p50")
	p99, _ := p.Statistic("p99")
	if p.Count != 120 || p.Min != 0 || p.Max != 100 || p50 < 46 || p50 > 55 || p99 < 96 || p99 > 100 {
		t.Errorf("%+v, p50 %v, p99 %v", p.Set, p50, p99)
	}
}

// The oldest points of all metrics give way.
func TestSizeIsBounded(t *testing.T) {
	const size = 1 << 20
	s := open(t, metric.Options{Size: size})
	for i := range 600 {
		for m := range 100 {
			s.Put(metric.Datum{ID: metric.New(scope, "Shop", "Load", "Shelf", fmt.Sprint(m)), At: noon.Add(time.Duration(i) * time.Minute), Values: []float64{1}})
		}
		if s.Size() > size {
			t.Fatalf("%d bytes after %d minutes", s.Size(), i)
		}
	}
	for m := range 100 {
		points := s.Points(metric.Query{ID: metric.New(scope, "Shop", "Load", "Shelf", fmt.Sprint(m)), From: noon, To: noon.Add(10 * time.Hour), Period: time.Minute})
		if len(points) < 60 || points[len(points)-1].At != noon.Add(599*time.Minute) || points[0].At != noon.Add(time.Duration(600-len(points))*time.Minute) {
			t.Fatalf("metric %d has %d points, the first of %v", m, len(points), points[0].At)
		}
	}
}

// Where all points are of one time, whole metrics give way.
func TestSizeIsBoundedAtOneTime(t *testing.T) {
	const size = 1 << 20
	s := open(t, metric.Options{Size: size})
	for m := range 10_000 {
		s.Put(metric.Datum{ID: metric.New(scope, "Shop", "Load", "Shelf", fmt.Sprint(m)), At: noon, Values: []float64{1}})
	}
	n := len(s.List(scope, "", noon.Add(-time.Hour)))
	if s.Size() > size || n < 500 {
		t.Errorf("%d bytes, %d metrics", s.Size(), n)
	}
	s.Reset()
	if n := len(s.List(scope, "", noon.Add(-time.Hour))); s.Size() != 0 || n > 0 {
		t.Errorf("after the reset: %d bytes, %d metrics", s.Size(), n)
	}
}

func TestListLeavesOutWhatHasNoDataSince(t *testing.T) {
	s := metric.NewStore()
	s.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
	if n := len(s.List(scope, "Shop", noon.Add(-time.Minute))); n != 1 {
		t.Errorf("%d metrics, want 1", n)
	}
	if n := len(s.List(scope, "Shop", noon.Add(time.Hour))); n != 0 {
		t.Errorf("%d metrics without data, want 0", n)
	}
}

// A query may begin long before the first data point, where a Duration does not reach, and end before it begins.
func TestQueriesOfAnyTime(t *testing.T) {
	s := metric.NewStore()
	s.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
	q := metric.Query{ID: load, From: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), To: noon.Add(time.Hour), Period: time.Hour}
	if points := s.Points(q); len(points) != 1 || !points[0].At.Equal(noon) {
		t.Errorf("since the year 1: %v", points)
	}
	q.From, q.To = noon.Add(time.Hour), noon.Add(-time.Hour)
	if points := s.Points(q); len(points) != 0 {
		t.Errorf("backwards: %v", points)
	}
}

// Points stand in order of time, also where those of minutes lie between those of seconds.
func TestPointsOfSecondsAndMinutes(t *testing.T) {
	s := metric.NewStore()
	for i := range 3 {
		minute := noon.Add(time.Duration(i) * time.Minute)
		s.Put(metric.Datum{ID: load, At: minute.Add(30 * time.Second), HighResolution: true, Values: []float64{1}}, metric.Datum{ID: load, At: minute, Values: []float64{2}})
	}
	expect(t, shown(s, time.Hour, 30*time.Second), "0s=1/2 30s=1/1 1m0s=1/2 1m30s=1/1 2m0s=1/2 2m30s=1/1")
	expect(t, shown(s, time.Hour, time.Minute), "0s=2/3 1m0s=2/3 2m0s=2/3")
}
