package metricmath

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Error is what AWS answers of queries that are wrong: a ValidationError with this message.
type Error struct {
	Message string
	// Expression says that it is an error of an expression. Of an alarm AWS tells those as they came from the service
	// that it asks (source: recorded answers).
	Expression bool
}

func (e *Error) Error() string { return e.Message }

// wrong is an error of an expression; query.wrong adds of which.
func wrong(format string, args ...any) error {
	return &Error{Message: fmt.Sprintf(format, args...), Expression: true}
}

type Use int

// Uses. An alarm wants exactly one time series. So does a scaling policy, whose alarms are made of its queries.
const (
	ForData Use = iota
	ForAlarm
)

// Most queries. Source: CloudWatch API reference, GetMetricData and PutMetricAlarm.
var most = map[Use]int{ForData: 500, ForAlarm: 20}

var idPattern = lazyregexp.New(`^[a-z][a-zA-Z0-9_]*$`)

// Compile reads and checks queries. Its errors are *Error and *NotBuilt. That a statistic is one, and that a period is
// allowed, callers check. Source of the words: recorded answers; those that are not recorded are the emulator's.
func Compile(queries []types.MetricDataQuery, use Use) (*Program, error) {
	p := &Program{ids: map[string]int{}}
	if len(queries) > most[use] {
		return nil, &Error{Message: fmt.Sprintf("The collection %s must not have a size greater than %d.", lists[use], most[use])}
	}
	for i := range queries {
		q, err := read(&queries[i], use, i+1)
		if err != nil {
			return nil, err
		}
		if _, twice := p.ids[q.id]; twice {
			return nil, &Error{Message: fmt.Sprintf("The values for parameter id in %s are not unique.", lists[use])}
		}
		p.ids[q.id] = len(p.queries)
		p.queries = append(p.queries, *q)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if use == ForAlarm {
		return p, p.checkAlarm()
	}
	return p, nil
}

// lists are what the parameters are called.
var lists = map[Use]string{ForData: "MetricDataQueries", ForAlarm: "Metrics"}

// read takes a query by itself.
func read(in *types.MetricDataQuery, use Use, member int) (*query, error) {
	name := fmt.Sprintf("%s.member.%d.", lists[use], member)
	q := &query{id: aws.ToString(in.Id), label: aws.ToString(in.Label), stat: in.MetricStat, returns: in.ReturnData == nil || *in.ReturnData}
	switch {
	case !idPattern.MatchString(q.id):
		return nil, &Error{Message: fmt.Sprintf("The value for parameter %sId is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", name)}
	case in.Expression != nil && in.MetricStat != nil && use == ForAlarm:
		return nil, &Error{Message: "The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both."}
	case in.Expression != nil && in.MetricStat != nil:
		return nil, &Error{Message: fmt.Sprintf("The parameters %[1]sExpression and %[1]sMetricStat are mutually exclusive and you have specified both.", name)}
	case in.MetricStat != nil:
		q.period = time.Duration(aws.ToInt32(in.MetricStat.Period)) * time.Second
		return q, nil
	case in.Expression == nil:
		return nil, &Error{Message: fmt.Sprintf("At least one of the parameters %[1]sExpression and %[1]sMetricStat must be specified.", name)}
	}
	q.period = time.Duration(aws.ToInt32(in.Period)) * time.Second
	if isInsights(*in.Expression) {
		return nil, &NotBuilt{"Metrics Insights (SELECT)"}
	}
	var err error
	q.root, err = parse(*in.Expression)
	return q, q.wrong(err)
}

var insights = lazyregexp.New(`^(?i)\s*SELECT\s`)

func isInsights(expression string) bool { return insights.MatchString(expression) }

// wrong is an error of the expression of a query.
func (q *query) wrong(err error) error {
	var missing *NotBuilt
	if err == nil || errors.As(err, &missing) {
		return err
	}
	return &Error{Message: fmt.Sprintf("Error in expression '%s': %s", q.id, err), Expression: true}
}

// check finds an order of the queries in which each refers to earlier ones, and the kinds of expressions.
func (p *Program) check() error {
	kinds, metrics, open := map[string]kind{}, p.metricIDs(), map[int]bool{}
	for i := range p.queries {
		if q := &p.queries[i]; q.stat != nil {
			q.kind = kind{base: oneSeries}
			kinds[q.id] = q.kind
			p.order = append(p.order, i)
		}
	}
	var visit func(i int) error
	visit = func(i int) error {
		q := &p.queries[i]
		if _, done := kinds[q.id]; done {
			return nil
		}
		if open[i] {
			return q.wrong(wrong("The expression refers to itself"))
		}
		open[i] = true
		for _, other := range p.needs(q) {
			if err := visit(other); err != nil {
				return err
			}
		}
		var err error
		if q.kind, err = q.root.kindOf(kinds, metrics); err != nil {
			return q.wrong(err)
		}
		if q.kind.base > manySeries || q.returns && q.kind.base == scalar {
			return q.wrong(wrong("The return value of the expression must be TimeSeries or Array[TimeSeries]"))
		}
		kinds[q.id], p.order = q.kind, append(p.order, i)
		return nil
	}
	for i := range p.queries {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}

// needs are the indexes of the queries that an expression refers to, and of all metrics where it has METRICS.
func (p *Program) needs(q *query) (list []int) {
	if q.root == nil {
		return nil
	}
	for _, id := range q.root.references(p.metricIDs()) {
		if i, found := p.ids[id]; found {
			list = append(list, i)
		}
	}
	return list
}

// checkAlarm demands one time series.
func (p *Program) checkAlarm() error {
	var returning []*query
	for i := range p.queries {
		if p.queries[i].returns {
			returning = append(returning, &p.queries[i])
		}
	}
	if len(returning) != 1 {
		return &Error{Message: "Exactly one element of the metrics list should return data."}
	}
	if q := returning[0]; q.kind.base == manySeries && q.kind.n != 1 {
		return q.wrong(wrong("The expression of an alarm must come to one time series"))
	}
	return nil
}
