// Package metricmath evaluates the math of CloudWatch: expressions on time series, arrays of them and numbers. It is
// pure. Callers fetch the metrics:
//
//	p, err := metricmath.Compile(queries, metricmath.ForData)
//	for _, m := range p.Metrics() { in.Series[m.ID] = … }
//	results, err := p.Evaluate(in)
package metricmath

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Program is a list of metric data queries that was found right. It may be used at the same time by many.
type Program struct {
	queries []query        // as in the request
	order   []int          // indexes of queries: each after those that it refers to
	ids     map[string]int // indexes by Id
}

// query is a metric data query.
type query struct {
	id, label string
	stat      *types.MetricStat // of a metric
	root      *node             // of an expression
	kind      kind
	period    time.Duration // of the metric; of an expression the one that was given, 0 if none was
	returns   bool
}

// Metric is what a program needs the points of.
type Metric struct {
	ID   string // of the query
	Stat *types.MetricStat
}

// Metrics are all metrics of the request, in its order: METRICS() means those, too, that no expression names.
func (p *Program) Metrics() (list []Metric) {
	for _, q := range p.queries {
		if q.stat != nil {
			list = append(list, Metric{q.id, q.stat})
		}
	}
	return list
}

func (p *Program) metricIDs() (ids []string) {
	for _, m := range p.Metrics() {
		ids = append(ids, m.ID)
	}
	return ids
}

// Period is how long the periods of an alarm on the queries are: those of the metric that it watches, or the longest of
// the metrics of its expression. An expression without metrics has the period that it was given, or a minute.
func (p *Program) Period() time.Duration {
	for i := range p.queries {
		q := &p.queries[i]
		if !q.returns {
			continue
		}
		if longest := p.longest(i, map[int]bool{}); longest > 0 {
			return longest
		}
		if q.period > 0 {
			return q.period
		}
	}
	return time.Minute
}

// longest is the longest period of the metrics that a query needs and that have not been seen.
func (p *Program) longest(i int, seen map[int]bool) (longest time.Duration) {
	q := &p.queries[i]
	if q.stat != nil {
		return q.period
	}
	seen[i] = true
	for _, other := range p.needs(q) {
		if !seen[other] {
			longest = max(longest, p.longest(other, seen))
		}
	}
	return longest
}

// Input is what expressions are evaluated on.
type Input struct {
	From, To time.Time         // the window that was asked for; To is left out
	Series   map[string]Series // the points of each of Program.Metrics, by the Id of its query
}

// Result is a time series of a query that returns data. A query that comes to an array has several.
type Result struct {
	ID string
	Series
}

// Evaluate gives the results of the queries that return data, in the order of the request. An error is one of a request
// that asks for more than the emulator computes.
func (p *Program) Evaluate(in Input) (results []Result, err error) {
	e := &evaluation{program: p, in: in, values: map[string]value{}}
	for _, i := range p.order {
		q := &p.queries[i]
		if q.stat == nil {
			e.values[q.id] = e.of(q.root)
			continue
		}
		s := in.Series[q.id]
		s.Period = q.period
		e.values[q.id] = value{base: oneSeries, series: []Series{s}}
	}
	if e.spent > mostPoints {
		return nil, &Error{Message: fmt.Sprintf("The expressions have more than %d data points", mostPoints)}
	}
	for _, q := range p.queries {
		if q.returns {
			results = append(results, q.results(e.values[q.id])...)
		}
	}
	return results, nil
}

// results are the results of a query, with their labels: an expression without a label is called by its Id (source: recorded
// answers). The members of an array keep theirs behind a label that was given; this is the emulator's choice.
func (q *query) results(v value) (results []Result) {
	for _, s := range v.series {
		switch {
		case q.stat != nil:
		case v.base != manySeries && q.label == "":
			s.Label = q.id
		case v.base != manySeries || s.Label == "":
			s.Label = q.label
		case q.label != "":
			s.Label = q.label + " " + s.Label
		}
		results = append(results, Result{q.id, s})
	}
	return results
}
