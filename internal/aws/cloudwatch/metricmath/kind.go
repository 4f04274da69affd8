package metricmath

import (
	"slices"
	"strings"
)

// base is what a value is, in an order in which an operation on two has the later one.
type base int

const (
	scalar base = iota
	oneSeries
	manySeries
	aText
	anOption
)

// kind is what an expression will be, which is known before there is data.
type kind struct {
	base base
	n    int // of manySeries, how many
}

// String is AWS's name of the kind, as in its refusals.
func (k kind) String() string {
	return []string{"Scalar", "TimeSeries", "Array[TimeSeries]", "String", "Option"}[k.base]
}

// mostSeries is how many time series an array has at most. Source: CloudWatch quotas, metrics of a graph.
const mostSeries = 500

// kindOf checks an expression and tells what it will be. ids are the queries before it, and metrics the Ids of those
// with a MetricStat.
func (n *node) kindOf(ids map[string]kind, metrics []string) (kind, error) {
	switch n.form {
	case number:
		return kind{base: scalar}, nil
	case text:
		return kind{base: aText}, nil
	case option:
		return kind{base: anOption}, nil
	case reference:
		k, found := ids[n.name]
		if !found {
			return k, wrong("ID '%s' not found", n.name)
		}
		return k, nil
	}
	f, err := n.function()
	if err != nil {
		return kind{}, err
	}
	var of []kind
	for _, operand := range n.of {
		k, err := operand.kindOf(ids, metrics)
		if err != nil {
			return k, err
		}
		of = append(of, k)
	}
	k, ok := f.kind(of)
	switch {
	case !ok:
		return k, wrong("Unsupported operand type(s) for %s: '%v'", f.name, names(of))
	case n.name == "METRICS" && n.form == call:
		k.n = len(n.metrics(metrics))
	}
	if k.n > mostSeries {
		return k, wrong("An array has more than %d time series", mostSeries)
	}
	return k, nil
}

func names(kinds []kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.String())
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// metrics are those that a call of METRICS means: all, or those with a text in their Id.
func (n *node) metrics(ids []string) []string {
	if len(n.of) == 0 {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !strings.Contains(id, n.of[0].name) })
}

// references are the Ids that an expression has, with those of all metrics that its METRICS mean.
func (n *node) references(metrics []string) (ids []string) {
	switch {
	case n.form == reference:
		return []string{n.name}
	case n.form == call && n.name == "METRICS":
		return n.metrics(metrics)
	}
	for _, operand := range n.of {
		ids = append(ids, operand.references(metrics)...)
	}
	return ids
}

// numeric reports whether kinds are all of those that have numbers.
func numeric(of []kind) bool {
	return !slices.ContainsFunc(of, func(k kind) bool { return k.base > manySeries })
}

// together is what an operation on each point has: as many time series as the one array among the operands.
func together(of []kind) (k kind, ok bool) {
	arrays := 0
	for _, each := range of {
		k.base = max(k.base, each.base)
		if each.base == manySeries {
			arrays, k.n = arrays+1, each.n
		}
	}
	return k, arrays <= 1 && numeric(of)
}
