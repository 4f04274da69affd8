package metric_test

import (
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
