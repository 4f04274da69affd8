package metric_test

import (
	"math"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

var (
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	load  = metric.New(scope, "Shop", "Load")
)

// only is the point that there is after data were put at noon.
func only(t *testing.T, data ...metric.Datum) *metric.Point {
	t.Helper()
	s := metric.NewStore()
	for i := range data {
		data[i].ID, data[i].At = load, noon
	}
	s.Put(data...)
	points := s.Points(metric.Query{ID: load, From: noon, To: noon.Add(time.Minute), Period: time.Minute})
	if len(points) != 1 {
		t.Fatalf("%d points, want 1", len(points))
	}
	return &points[0]
}

// The figures are recorded answers of AWS.
func TestExtendedStatistics(t *testing.T) {
	for name, c := range map[string]struct {
		data []metric.Datum
		want map[string]float64 // NaN: there is none
	}{
		"weighted": {
			[]metric.Datum{{Values: []float64{2, 10}, Counts: []float64{2, 3}}},
			map[string]float64{
				"p0": 2, "p50": 9.874619498547638, "p90": 9.974797183077614, "p100": 10, "tm90": 6.427655324937657, "wm90": 6.784889792443892,
				"tc90": 4.5, "ts90": 28.924448962219458, "IQM": 7.5604922241921155, "PR(2:10)": 100,
			},
		},
		"the same, one by one": {
			[]metric.Datum{{Values: []float64{10}}, {Values: []float64{2}}, {Values: []float64{10}}, {Values: []float64{2}}, {Values: []float64{10}}},
			map[string]float64{"p90": 9.974797183077614, "IQM": 7.5604922241921155},
		},
		"fractional": {
			[]metric.Datum{{Values: []float64{2, 10}, Counts: []float64{0.5, 1.5}}},
			map[string]float64{"p0": 2, "p50": 9.8995692015674, "p90": 9.979832659876456, "p100": 10},
		},
		"one value":        {[]metric.Datum{{Values: []float64{9}}}, map[string]float64{"p0": 9, "p50": 9, "p90": 9, "p100": 9}},
		"set of one value": {[]metric.Datum{{Set: metric.Set{Count: 3, Sum: 21, Min: 7, Max: 7}}}, map[string]float64{"p0": 7, "p50": 7, "p100": 7}},
		"set of values": {
			[]metric.Datum{{Set: metric.Set{Count: 3, Sum: 15, Min: 1, Max: 9}}},
			map[string]float64{"p0": 1, "p50": math.NaN(), "p90": math.NaN(), "tm90": math.NaN(), "p100": 9},
		},
		"negative": {[]metric.Datum{{Values: []float64{-1, 3}}}, map[string]float64{"p0": -1, "p50": math.NaN(), "p90": math.NaN(), "p100": 3}},
	} {
		p := only(t, c.data...)
		for statistic, want := range c.want {
			got, ok := p.Statistic(statistic)
			if ok == math.IsNaN(want) || ok && math.Abs(got-want) > 1e-12*math.Abs(want) {
				t.Errorf("%s of %s is %v, %v, want %v", statistic, name, got, ok, want)
			}
		}
	}
}

func TestStatisticNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Sum": true, "Average": true, "p0": true, "p99.9": true, "p99.1234567890": true, "tm90": true, "TM(10%:90%)": true, "WM(:5)": true, "PR(0:)": true, "IQM": true,
		"Median": false, "p101": false, "p99.12345678901": false, "PR(10%:90%)": false, "TM(90%:10%)": false, "TM(:)": false, "PR(-1:0)": false, "TM(-1:0)": false, "TS(-1:1)": false, "": false, "tm": false,
	} {
		if _, got := metric.ParseStatistic(name); got != want {
			t.Errorf("%q is a statistic: %v", name, got)
		}
	}
}
