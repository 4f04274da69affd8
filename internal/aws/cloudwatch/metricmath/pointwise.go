package metricmath

import (
	"math"
	"slices"
	"time"
)

// pointwise is an operator between two numbers. Between time series it is one between the points that both have at the
// same time. Source: CloudWatch user guide, metric math syntax.
func pointwise(f func(a, b float64) float64) *function {
	return &function{
		kind: func(of []kind) (k kind, ok bool) {
			if len(of) != 2 {
				return k, false
			}
			return together(of)
		},
		do: func(e *evaluation, _ *node, of []value) value {
			if of[0].base == scalar && of[1].base == scalar {
				return value{number: f(of[0].number, of[1].number)}
			}
			return e.lifted(of, func(i int) []Point {
				a, first := of[0].member(i)
				b, second := of[1].member(i)
				switch {
				case !first:
					return mapped(b.Points, func(v float64) float64 { return f(of[0].number, v) })
				case !second:
					return mapped(a.Points, func(v float64) float64 { return f(v, of[1].number) })
				}
				return joined(a.Points, b.Points, f)
			})
		},
	}
}

func joined(a, b []Point, f func(a, b float64) float64) []Point {
	out, at := make([]Point, 0, min(len(a), len(b))), reader(b)
	for _, p := range a {
		if other, ok := at(p.At); ok {
			out = with(out, p.At, f(p.Value, other))
		}
	}
	return out
}

// reader gives values at times that only grow.
func reader(points []Point) func(at time.Time) (v float64, ok bool) {
	return func(at time.Time) (v float64, ok bool) {
		for len(points) > 0 && points[0].At.Before(at) {
			points = points[1:]
		}
		if len(points) == 0 || !points[0].At.Equal(at) {
			return 0, false
		}
		return points[0].Value, true
	}
}

// conditional is IF(condition, value) and IF(condition, value, otherwise). Where the chosen one has no value, there is
// no data point; a condition that is a number chooses for all points.
// Source: CloudWatch user guide, metric math functions.
var conditional = &function{
	kind: func(of []kind) (k kind, ok bool) {
		if len(of) != 2 && len(of) != 3 {
			return k, false
		}
		return together(of)
	},
	do: func(e *evaluation, _ *node, of []value) value {
		if len(of) == 2 {
			of = append(of, value{number: math.NaN()})
		}
		if allScalars(of) {
			return value{number: chosen(of[0].number, of[1].number, of[2].number)}
		}
		return e.lifted(of, func(i int) []Point { return branches(of, i) })
	},
}

func allScalars(of []value) bool {
	return !slices.ContainsFunc(of, func(v value) bool { return v.base != scalar })
}

// chosen is what a condition chooses of two numbers: neither if it has no value.
func chosen(condition, then, otherwise float64) float64 {
	switch {
	case math.IsNaN(condition):
		return condition
	case condition != 0:
		return then
	}
	return otherwise
}

// branches chooses for each point of the condition, or where that is a number for each point of the first time series.
func branches(of []value, i int) []Point {
	var times []Point
	var at [3]func(time.Time) (float64, bool)
	for operand := range of {
		s, ok := of[operand].member(i)
		if !ok {
			constant := of[operand].number
			at[operand] = func(time.Time) (float64, bool) { return constant, !math.IsNaN(constant) }
			continue
		}
		at[operand] = reader(s.Points)
		if times == nil {
			times = s.Points
		}
	}
	if condition := of[0]; condition.base == scalar {
		times = timesOf(of, i, condition.number, times)
	}
	out := make([]Point, 0, len(times))
	for _, p := range times {
		if condition, ok := at[0](p.At); ok {
			branch := 1
			if condition == 0 {
				branch = 2
			}
			if v, ok := at[branch](p.At); ok {
				out = with(out, p.At, v)
			}
		}
	}
	return out
}

// timesOf are the points of the branch that a number chooses, where it has any.
func timesOf(of []value, i int, condition float64, otherwise []Point) []Point {
	branch := 1
	if condition == 0 {
		branch = 2
	}
	if s, ok := of[branch].member(i); ok {
		return s.Points
	}
	return otherwise
}
