package metricmath

import (
	"maps"
	"math"
	"slices"
	"time"
)

// reductions make one number of the values that there are, of n that there could be. Without any value there is none.
// Source: CloudWatch user guide, metric math functions. Of an array, MIN and MAX leave members without a value out, and
// AVG and STDDEV count them as 0 (source: recorded answers). That the standard deviation is the one of a whole
// population is the emulator's choice.
var reductions = map[string]func(values []float64, n int) float64{
	"SUM": func(values []float64, _ int) float64 { return sum(values) },
	"AVG": func(values []float64, n int) float64 { return sum(values) / float64(n) },
	"MIN": func(values []float64, _ int) float64 { return slices.Min(values) },
	"MAX": func(values []float64, _ int) float64 { return slices.Max(values) },
	"STDDEV": func(values []float64, n int) float64 {
		mean, squares := sum(values)/float64(n), 0.0
		for _, v := range values {
			squares += (v - mean) * (v - mean)
		}
		squares += float64(n-len(values)) * mean * mean
		return math.Sqrt(squares / float64(n))
	},
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

// reduction makes a number of a time series, and a time series of an array.
func reduction(f func(values []float64, n int) float64) *function {
	return &function{
		kind: func(of []kind) (k kind, ok bool) {
			if len(of) != 1 || of[0].base != oneSeries && of[0].base != manySeries {
				return k, false
			}
			return kind{base: of[0].base - 1}, true
		},
		do: func(e *evaluation, _ *node, of []value) value {
			if of[0].base == manySeries {
				return value{base: oneSeries, series: []Series{e.across(of[0].series, f)}}
			}
			values := make([]float64, 0, len(of[0].series[0].Points))
			for _, p := range of[0].series[0].Points {
				values = append(values, p.Value)
			}
			if len(values) == 0 {
				return value{number: math.NaN()}
			}
			return value{number: f(values, len(values))}
		},
	}
}

// across reduces the values of some time series at each time at which one has any.
func (e *evaluation) across(series []Series, f func(values []float64, n int) float64) (out Series) {
	byTime := map[int64][]float64{}
	for _, s := range series {
		out.Period = max(out.Period, s.Period)
		if !e.spend(len(s.Points)) {
			return out
		}
		for _, p := range s.Points {
			byTime[p.At.UnixNano()] = append(byTime[p.At.UnixNano()], p.Value)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(byTime)) {
		out.Points = with(out.Points, time.Unix(0, at).UTC(), f(byTime[at], len(series)))
	}
	return out
}
