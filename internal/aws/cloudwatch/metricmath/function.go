package metricmath

import (
	"math"
	"slices"
)

type function struct {
	name string
	kind func(of []kind) (kind, bool)
	do   func(e *evaluation, n *node, of []value) value
}

// NotBuilt is what AWS has and the emulator does not.
type NotBuilt struct{ What string }

func (n *NotBuilt) Error() string { return n.What + " is not built" }

// others are AWS's functions that are not built. Source: CloudWatch user guide, metric math functions.
var others = []string{
	"ANOMALY_DETECTION_BAND", "DATAPOINT_COUNT", "DATE", "DAY", "DB_PERF_INSIGHTS", "DIFF_TIME", "EPOCH", "FIRST", "HOUR", "INSIGHT_RULE_METRIC", "LAMBDA", "LAST",
	"LOG", "LOG10", "METRIC_COUNT", "MINUTE", "MONTH", "REMOVE_EMPTY", "SEARCH", "SERVICE_QUOTA", "SLICE", "SORT", "TIME_SERIES", "YEAR",
}

// functions are those with a name; operators those between operands.
var functions, operators = table()

// function finds that of a call, an operation or an array.
func (n *node) function() (*function, error) {
	if n.form != call {
		key := n.name
		if n.form == array {
			key = "[]"
		} else if len(n.of) == 1 {
			key = "unary " + key
		}
		return operators[key], nil
	}
	if f := functions[n.name]; f != nil {
		return f, nil
	}
	if slices.Contains(others, n.name) {
		return nil, &NotBuilt{"the function " + n.name + " of metric math"}
	}
	return nil, wrong("Function '%s' not found", n.name)
}

func table() (byName, byOperator map[string]*function) {
	byName, byOperator = map[string]*function{}, map[string]*function{}
	for name, f := range map[string]func(float64) float64{"ABS": math.Abs, "CEIL": math.Ceil, "FLOOR": math.Floor} {
		byName[name] = alone(f)
	}
	byOperator["unary -"] = alone(func(v float64) float64 { return -v })
	for name, f := range reductions {
		byName[name] = reduction(f)
	}
	for name, f := range map[string]func([]Point) []Point{"RATE": rate, "DIFF": diff, "RUNNING_SUM": runningSum} {
		byName[name] = inTime(f)
	}
	byName["IF"], byName["FILL"], byName["METRICS"], byName["PERIOD"] = conditional, filling, metrics, period
	for name, f := range between {
		byOperator[name] = pointwise(f)
	}
	byOperator["[]"] = &function{
		kind: func(of []kind) (k kind, ok bool) {
			k.base = manySeries
			for _, each := range of {
				k.n += map[base]int{oneSeries: 1, manySeries: each.n}[each.base]
				if each.base != oneSeries && each.base != manySeries {
					return k, false
				}
			}
			return k, true
		},
		do: func(_ *evaluation, _ *node, of []value) value {
			all := value{base: manySeries}
			for _, each := range of {
				all.series = append(all.series, each.series...)
			}
			return all
		},
	}
	for name, f := range byName {
		f.name = name
	}
	for name, f := range byOperator {
		f.name = name
	}
	return byName, byOperator
}

// between are the operators between two numbers. What is true is 1, and what is not 0 is true.
// Source: CloudWatch user guide, comparison and logical operators.
var between = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b }, "-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b }, "/": func(a, b float64) float64 { return a / b }, "^": math.Pow,
	"==": comparison(func(a, b float64) bool { return a == b }), "!=": comparison(func(a, b float64) bool { return a != b }),
	"<": comparison(func(a, b float64) bool { return a < b }), "<=": comparison(func(a, b float64) bool { return a <= b }),
	">": comparison(func(a, b float64) bool { return a > b }), ">=": comparison(func(a, b float64) bool { return a >= b }),
	"AND": comparison(both), "&&": comparison(both), "OR": comparison(either), "||": comparison(either),
}

func both(a, b float64) bool   { return a != 0 && b != 0 }
func either(a, b float64) bool { return a != 0 || b != 0 }

func comparison(holds func(a, b float64) bool) func(a, b float64) float64 {
	return func(a, b float64) float64 {
		switch {
		case math.IsNaN(a) || math.IsNaN(b):
			return math.NaN() // of what has no value
		case holds(a, b):
			return 1
		}
		return 0
	}
}

// alone is a function of each number by itself.
func alone(f func(float64) float64) *function {
	return &function{
		kind: func(of []kind) (k kind, ok bool) {
			if len(of) != 1 {
				return k, false
			}
			return together(of)
		},
		do: func(e *evaluation, _ *node, of []value) value {
			if of[0].base == scalar {
				return value{number: f(of[0].number)}
			}
			return e.each(of[0], func(s Series) []Point { return mapped(s.Points, f) })
		},
	}
}

// inTime is a function of the points of a time series in their order.
func inTime(f func([]Point) []Point) *function {
	return &function{
		kind: func(of []kind) (k kind, ok bool) {
			if len(of) != 1 || of[0].base != oneSeries && of[0].base != manySeries {
				return k, false
			}
			return of[0], true
		},
		do: func(e *evaluation, _ *node, of []value) value {
			return e.each(of[0], func(s Series) []Point { return f(s.Points) })
		},
	}
}

// period is the period of a time series, in seconds.
var period = &function{
	kind: func(of []kind) (kind, bool) { return kind{}, len(of) == 1 && of[0].base == oneSeries },
	do:   func(_ *evaluation, _ *node, of []value) value { return value{number: of[0].series[0].Period.Seconds()} },
}

// metrics are all metrics of the request, shown or not, and no expressions.
var metrics = &function{
	kind: func(of []kind) (kind, bool) {
		return kind{base: manySeries}, len(of) == 0 || len(of) == 1 && of[0].base == aText
	},
	do: func(e *evaluation, n *node, _ []value) value {
		all := value{base: manySeries}
		for _, id := range n.metrics(e.program.metricIDs()) {
			all.series = append(all.series, e.values[id].series...)
		}
		return all
	},
}
