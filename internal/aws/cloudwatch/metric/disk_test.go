package metric_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// crash gives a store on a copy of the files as they are now, which is what a crash leaves.
func crash(t *testing.T, o metric.Options) *metric.Store {
	t.Helper()
	from := o.Path
	o.Path = filepath.Join(t.TempDir(), "metrics.db")
	for _, name := range []string{"", ".tail"} {
		text, err := os.ReadFile(from + name)
		if err == nil {
			err = os.WriteFile(o.Path+name, text, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return open(t, o)
}

func TestDataOlderThanAMinuteSurviveACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c}
		s := open(t, o)
		defer s.Close()
		s.PutMarked([]metric.Mark{{Key: "read", Value: "1"}},
			metric.Datum{ID: load, At: noon, Values: []float64{1, 2, 4.5}, Counts: []float64{1, 0.5, 3}},
			metric.Datum{ID: load, At: noon, HighResolution: true, Values: []float64{0.1, 0.1, 0.1}},
			metric.Datum{ID: load, At: noon.Add(time.Minute), Values: []float64{0, 3}},
			metric.Datum{ID: load, At: noon.Add(2 * time.Minute), Set: metric.Set{Count: 2, Sum: 1}},
			metric.Datum{ID: load, At: noon.Add(3 * time.Minute), Values: []float64{-7}},
		)
		query := metric.Query{ID: load, From: noon, To: noon.Add(time.Hour), Period: time.Minute}
		if points := crash(t, o).Points(query); len(points) != 0 {
			t.Errorf("%d points before a minute has passed", len(points))
		}
		advance(t, c, time.Minute)
		after := crash(t, o)
		defer after.Close()
		before := s.Points(query)
		points := after.Points(query)
		if len(points) != len(before) || after.Mark("read") != "1" {
			t.Fatalf("%d points and the mark %q, want %d and 1", len(points), after.Mark("read"), len(before))
		}
		for i := range points {
			for _, statistic := range []string{"SampleCount", "Sum", "Minimum", "Maximum", "p50", "tm90"} {
				got, ok := points[i].Statistic(statistic)
				if want, wanted := before[i].Statistic(statistic); got != want || ok != wanted {
					t.Errorf("%s of point %d is %v, %v, want %v, %v", statistic, i, got, ok, want, wanted)
				}
			}
		}
	})
}

// Without new data nothing is written and the clock has no timer; one write has all that came in a minute.
func TestOneWriteAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		s := open(t, metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c})
		defer s.Close()
		for i := range 100 {
			s.Put(metric.Datum{ID: load, At: noon.Add(time.Duration(i) * time.Millisecond), Values: []float64{1}})
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if _, due := c.Next(); due || s.Writes() != 1 {
			t.Errorf("%d writes, a timer: %v", s.Writes(), due)
		}
		for range 300 { // a fast clock
			s.Put(metric.Datum{ID: load, At: c.Now(), Values: []float64{1}})
			advance(t, c, time.Minute)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if s.Writes() > 5 {
			t.Errorf("%d writes in a moment", s.Writes())
		}
	})
}

// What has grown old or was reset is not on disk any more.
func TestTheFileForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c}
		s := open(t, o)
		defer s.Close()
		s.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
		advance(t, c, 26*time.Hour)
		s.Put(metric.Datum{ID: load, At: c.Now(), Values: []float64{1}})
		advance(t, c, time.Minute)
		time.Sleep(time.Second)
		synctest.Wait()
		after := crash(t, o)
		defer after.Close()
		expect(t, shown(after, 27*time.Hour, time.Minute), "0s=1/1 26h0m0s=1/1")
		s.PutMarked([]metric.Mark{{Key: "read", Value: "1"}})
		s.Reset()
		empty := crash(t, o)
		defer empty.Close()
		expect(t, shown(empty, 27*time.Hour, time.Minute)+empty.Mark("read"), "")
		s.Put(metric.Datum{ID: load, At: c.Now(), Values: []float64{5}})
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		again := crash(t, o)
		defer again.Close()
		expect(t, shown(again, 27*time.Hour, time.Hour), "26h0m0s=1/5")
	})
}
