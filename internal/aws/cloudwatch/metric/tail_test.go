package metric_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
)

// Two seconds after they were put, data points and marks survive a crash, however often the emulator starts in a minute, and
// none counts twice.
func TestDataSurviveACrashButForTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c}
		s := open(t, o)
		want := metric.NewStore()
		for round := range 40 { // a minute and a half
			data := []metric.Datum{
				{ID: load, At: c.Now(), Values: []float64{1, float64(round)}, Counts: []float64{2, 0.5}},
				{ID: metric.New(scope, "Shop", "Orders", "Page", fmt.Sprint(round%3)), Unit: "Count", At: c.Now(), HighResolution: true, Set: metric.Set{Count: 2, Sum: 5, Min: 1, Max: 4}},
			}
			want.Put(data...)
			s.PutMarked([]metric.Mark{{Key: "read", Value: fmt.Sprint(round)}}, data...)
			pass(2 * time.Second)
			after := crash(t, o)
			if got, want := everything(after), everything(want); got != want || after.Mark("read") != fmt.Sprint(round) {
				t.Fatalf("round %d: there is %s, mark %s; want %s", round, got, after.Mark("read"), want)
			}
			if round%7 == 6 { // the next one goes on with what this one has left
				s.Abandon()
				s = open(t, o)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(o.Path + ".tail"); !os.IsNotExist(err) {
			t.Errorf("after the end there is a tail: %v", err)
		}
		if got, want := everything(crash(t, o)), everything(want); got != want {
			t.Errorf("after the end there is %s; want %s", got, want)
		}
	})
}

// everything is what a store says of all its metrics in the first hours.
func everything(s *metric.Store) string {
	var text strings.Builder
	for _, id := range s.List(scope, "", noon.Add(-time.Hour)) {
		for _, unit := range s.Units(id, noon, noon.Add(3*time.Hour)) {
			for _, p := range s.Points(metric.Query{ID: id, Unit: unit, From: noon, To: noon.Add(3 * time.Hour), Period: time.Second}) {
				median, _ := p.Statistic("p50")
				fmt.Fprint(&text, id.Name, id.Dimensions, unit, p.At.Sub(noon), p.Set, median, "\n")
			}
		}
	}
	return text.String()
}

// Without new data nothing is written, and the tail is gone with the write of each minute, also where the clock stands still.
func TestTheTailIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		if err := c.SetSpeed(0); err != nil {
			t.Fatal(err)
		}
		o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c}
		s := open(t, o)
		defer s.Close()
		size := func() int64 {
			info, err := os.Stat(o.Path + ".tail")
			if err != nil {
				return 0
			}
			return info.Size()
		}
		most := int64(0)
		data := make([]metric.Datum, 1000)
		long := metric.New(scope, "Shop", "Orders", "Page", strings.Repeat("x", 1000))
		for i := range data {
			data[i] = metric.Datum{ID: long, At: noon, Values: []float64{1, 2, 3, 4}}
		}
		for range 20 {
			s.Put(data...)
			pass(2 * time.Second)
			most = max(most, size())
		}
		if s.Writes() == 0 || most > 32<<20 || most == 0 {
			t.Errorf("%d writes, and the tail had %d bytes", s.Writes(), most)
		}
		before := size()
		pass(time.Hour)
		if size() != before {
			t.Error("it is written without data")
		}
	})
}

// While the file of all cannot be written the tail stops growing, and what it has no room for is in that file later.
func TestTheTailIsBoundedWhileTheFileCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c}
		inTheWay := filepath.Join(o.Path+".new", "folder")
		if err := os.MkdirAll(inTheWay, 0o700); err != nil {
			t.Fatal(err)
		}
		s := open(t, o)
		defer s.Close()
		data := make([]metric.Datum, 1000)
		long := metric.New(scope, "Shop", "Orders", "Page", strings.Repeat("x", 1000))
		for i := range data {
			data[i] = metric.Datum{ID: long, At: noon, Values: []float64{1}}
		}
		for range 30 {
			s.Put(data...)
			pass(2 * time.Second)
		}
		if info, err := os.Stat(o.Path + ".tail"); err != nil || info.Size() > 20<<20 {
			t.Errorf("the tail has %d bytes, %v", info.Size(), err)
		}
		if s.Writes() > 3 {
			t.Errorf("the file was tried %d times in a minute", s.Writes())
		}
		if err := os.RemoveAll(o.Path + ".new"); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		if got := crash(t, o).Points(metric.Query{ID: long, From: noon, To: noon.Add(time.Hour), Period: time.Hour}); len(got) != 1 || got[0].Sum != 30_000 {
			t.Errorf("there is %v", got)
		}
	})
}

// A tail that is cut off or damaged anywhere gives the records before that, and the log says so.
func TestDamagedTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(clock.Options{Start: noon})
		defer c.Close()
		if err := c.SetSpeed(0); err != nil { // no minute ends
			t.Fatal(err)
		}
		o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db"), Clock: c}
		s := open(t, o)
		for range 10 {
			s.Put(metric.Datum{ID: load, At: noon, Values: []float64{1}})
			pass(2 * time.Second)
		}
		whole, err := os.ReadFile(o.Path + ".tail")
		if err != nil {
			t.Fatal(err)
		}
		s.Abandon()
		sizes := map[float64]int{}
		for seed := range uint64(200) {
			random := rand.New(rand.NewPCG(seed, 1))
			text := bytes.Clone(whole)
			if at := random.IntN(len(text)); seed%2 == 0 {
				text = text[:at]
			} else {
				text[at] ^= byte(1 + random.IntN(255))
			}
			if err := os.WriteFile(o.Path+".tail", text, 0o600); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			damaged := o
			damaged.Log = slog.New(slog.NewTextHandler(&log, nil))
			s := open(t, damaged)
			sum := 0.0
			for _, p := range s.Points(metric.Query{ID: load, From: noon, To: noon.Add(time.Hour), Period: time.Hour}) {
				sum += p.Sum
			}
			if said := strings.Contains(log.String(), "left out"); sum > 9 || !said && len(text)%(len(whole)/10) != 0 {
				t.Errorf("seed %d: the sum is %v, and the log says %q", seed, sum, log.String())
			}
			sizes[sum]++
			s.Put(metric.Datum{ID: load, At: noon, Values: []float64{100}})
			pass(2 * time.Second)
			after := crash(t, o)
			if got := after.Points(metric.Query{ID: load, From: noon, To: noon.Add(time.Hour), Period: time.Hour}); len(got) != 1 || got[0].Sum != sum+100 {
				t.Errorf("seed %d: what came after that is not kept: %v", seed, got)
			}
			s.Abandon()
		}
		if len(sizes) < 8 {
			t.Errorf("sums %v", sizes)
		}
	})
}

// TestFormat1 opens a file of a version whose rows had no checksums, with ten data points.
func TestFormat1(t *testing.T) {
	packed, err := os.Open("testdata/format1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	o := metric.Options{Path: filepath.Join(t.TempDir(), "metrics.db")}
	if err := os.WriteFile(o.Path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		s := open(t, o)
		if points := s.Points(metric.Query{ID: load, From: noon, To: noon.Add(time.Hour), Period: time.Minute}); len(points) != 10+round || s.Mark("read") != "10" {
			t.Errorf("round %d: %d points, mark %q", round, len(points), s.Mark("read"))
		}
		s.Put(metric.Datum{ID: load, At: noon.Add(time.Duration(10+round) * time.Minute), Values: []float64{1, 2}})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A file with another byte than was written gives what the whole one does, or is moved aside.
func TestRandomByteIsNeverServed(t *testing.T) {
	path, whole := written(t, 1000)
	said := func() (text, log string) {
		var buffer bytes.Buffer
		s := open(t, metric.Options{Path: path, Log: slog.New(slog.NewTextHandler(&buffer, nil))})
		defer s.Abandon()
		return shown(s, 24*time.Hour, time.Minute), buffer.String()
	}
	want, _ := said()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 3))
		text := bytes.Clone(whole)
		text[random.IntN(len(text))] ^= byte(1 + random.IntN(255))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, log := said(); got != want && log == "" {
			t.Errorf("seed %d: other data points are served, and nothing is said", seed)
		}
	}
}
