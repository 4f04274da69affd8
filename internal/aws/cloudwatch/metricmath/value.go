package metricmath

import (
	"math"
	"time"
)

// Point is a value at the beginning of a period.
type Point struct {
	At    time.Time
	Value float64
}

// Series is a time series: of a metric, or of an expression.
type Series struct {
	Label  string
	Period time.Duration
	Points []Point // oldest first, one for each period that has data
}

// value is what an expression comes to. A number that is NaN is none.
type value struct {
	base   base
	number float64
	series []Series
}

// member is the time series i of a value that has one or more. A value with one has it everywhere.
func (v *value) member(i int) (s Series, ok bool) {
	switch v.base {
	case oneSeries:
		return v.series[0], true
	case manySeries:
		return v.series[i], true
	}
	return s, false
}

// evaluation is one pass over the expressions of a program.
type evaluation struct {
	program *Program
	in      Input
	values  map[string]value
	spent   int // points that were made
}

// mostPoints is how many points an evaluation makes, so that no request takes the memory of the emulator.
const mostPoints = 4_000_000

// spend reports whether some more points may be made.
func (e *evaluation) spend(points int) bool {
	e.spent += points
	return e.spent <= mostPoints
}

func (e *evaluation) of(n *node) value {
	switch n.form {
	case number:
		return value{number: n.number}
	case reference:
		return e.values[n.name]
	case text:
		return value{base: aText}
	case option:
		return value{base: anOption}
	}
	var of []value
	for _, operand := range n.of {
		of = append(of, e.of(operand))
	}
	f, err := n.function()
	if err != nil {
		return value{number: math.NaN()} // kindOf refused it
	}
	return f.do(e, n, of)
}

// each does something to the points of each time series of a value.
func (e *evaluation) each(v value, do func(Series) []Point) value {
	out := value{base: v.base}
	for _, s := range v.series {
		if e.spend(len(s.Points)) {
			s.Points = do(s)
		}
		out.series = append(out.series, s)
	}
	return out
}

// lifted does something to the operands of each time series: one of all arrays has the most.
func (e *evaluation) lifted(of []value, do func(i int) []Point) value {
	out := value{base: scalar}
	for _, v := range of {
		out.base = max(out.base, v.base)
	}
	for i := range length(of) {
		s := describing(of, i)
		if e.spend(s.size) {
			s.Points = do(i)
		}
		out.series = append(out.series, s.Series)
	}
	return out
}

// length is how many time series an operation has.
func length(of []value) int {
	n := 1
	for _, v := range of {
		if v.base == manySeries {
			n = len(v.series)
		}
	}
	return n
}

// described is a time series without points yet; size is how many its operands have.
type described struct {
	Series
	size int
}

// describing has the longest period of the operands, and the label of the array's member or else of the first.
func describing(of []value, i int) (d described) {
	for _, v := range of {
		s, ok := v.member(i)
		if !ok {
			continue
		}
		if d.Label == "" || v.base == manySeries {
			d.Label = s.Label
		}
		d.Period, d.size = max(d.Period, s.Period), d.size+len(s.Points)
	}
	return d
}

// with is points and one more, unless it has no value: AWS shows no data point then.
func with(points []Point, at time.Time, v float64) []Point {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return points
	}
	return append(points, Point{at, v})
}

func mapped(points []Point, f func(float64) float64) []Point {
	out := make([]Point, 0, len(points))
	for _, p := range points {
		out = with(out, p.At, f(p.Value))
	}
	return out
}
