package metric_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
)

// aged is a store with data points of all ages up to 60 days, and seconds for the last three hours.
func aged(tb testing.TB) *metric.Store {
	s := metric.NewStore()
	tb.Cleanup(func() { _ = s.Close() })
	end := noon.Add(60 * 24 * time.Hour)
	for at := noon; at.Before(end.Add(-3 * time.Hour)); at = at.Add(5 * time.Minute) {
		n := float64(at.Unix() / 60 % 1000)
		s.Put(metric.Datum{ID: load, At: at, Values: []float64{n, 2 * n, 1000 - n, n / 3}})
	}
	for at := end.Add(-3 * time.Hour); at.Before(end); at = at.Add(time.Second) {
		s.Put(metric.Datum{ID: load, At: at, HighResolution: true, Values: []float64{float64(at.Unix() % 100), 3}})
	}
	return s
}

func BenchmarkPointsOfSixtyDays(b *testing.B) {
	s := aged(b)
	for _, period := range []time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour, 60 * 24 * time.Hour} {
		b.Run(period.String(), func(b *testing.B) {
			for b.Loop() {
				s.Points(metric.Query{ID: load, From: noon, To: noon.Add(60 * 24 * time.Hour), Period: period})
			}
		})
	}
}

// BenchmarkGoalHeapOfMetrics is what 10,000 metrics of 60 minutes keep of the heap, none of which gives way: three samples
// a minute and metric, as of a service of three tasks.
func BenchmarkGoalHeapOfMetrics(b *testing.B) {
	const metrics, minutes = 10_000, 60
	live := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	id := func(m int) metric.ID {
		return metric.New(load.Scope, "AWS/ECS", "CPUUtilization", "ClusterName", "shop", "ServiceName", fmt.Sprintf("web-%d", m))
	}
	for b.Loop() {
		before := live()
		s, err := metric.Open(metric.Options{Size: 256 << 20})
		if err != nil {
			b.Fatal(err)
		}
		for i := range minutes {
			for m := range metrics {
				of := float64(m%90) + 1
				s.Put(metric.Datum{ID: id(m), At: noon.Add(time.Duration(i) * time.Minute), Values: []float64{of, of + 1.5, of + 6}})
			}
		}
		b.ReportMetric((live()-before)/(1<<20), "MiB≤64")
		query := metric.Query{ID: id(0), From: noon, To: noon.Add(minutes * time.Minute), Period: time.Minute}
		if n := len(s.Points(query)); n != minutes {
			b.Fatalf("a metric has %d points, want %d", n, minutes)
		}
	}
}
