package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/metric"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
)

// series is what a query finds.
type series struct {
	label    string
	points   []value // oldest first
	status   types.StatusCode
	messages []types.MessageData
}

// value is what a statistic or an expression comes to in the period that begins at.
type value struct {
	at time.Time
	v  float64
}

// GetMetricData answers the values of queries, newest first where the request does not say, in pages.
func (a *API) GetMetricData(ctx context.Context, in *sdk.GetMetricDataInput) (*sdk.GetMetricDataOutput, error) {
	if err := checkData(in); err != nil {
		return nil, err
	}
	a.collect(ctx)
	found := make([]*series, len(in.MetricDataQueries))
	fetched := map[string]*series{}
	labels := labelsOf(in.MetricDataQueries)
	for i, q := range in.MetricDataQueries {
		if q.MetricStat != nil {
			found[i] = a.fetch(ctx, q, *in.StartTime, *in.EndTime)
			found[i].label = labels[i]
			fetched[*q.Id] = found[i]
		}
	}
	results, err := a.evaluated(in, found, fetched)
	if err != nil {
		return nil, err
	}
	if in.ScanBy != types.ScanByTimestampAscending {
		for _, each := range results {
			slices.Reverse(each.points)
		}
	}
	return pageOfData(in, results)
}

// result is a series that is answered, with the id of its query.
type result struct {
	id string
	*series
}

// evaluated are the results that are answered, in the order of their queries.
func (a *API) evaluated(in *sdk.GetMetricDataInput, found []*series, fetched map[string]*series) (results []result, err error) {
	isExpression := func(q types.MetricDataQuery) bool { return q.Expression != nil }
	var expressions map[string][]*series
	if slices.ContainsFunc(in.MetricDataQueries, isExpression) {
		q := expressionInput{queries: in.MetricDataQueries, fetched: fetched, period: map[string]time.Duration{}}
		for _, each := range in.MetricDataQueries {
			if period := periodOf(each); period > 0 {
				q.period[*each.Id] = period
			}
		}
		q.from, q.to = *in.StartTime, *in.EndTime
		if expressions, err = a.evaluate(q); err != nil {
			return nil, err
		}
	}
	for i, q := range in.MetricDataQueries {
		switch {
		case q.ReturnData != nil && !*q.ReturnData:
		case found[i] != nil:
			results = append(results, result{*q.Id, found[i]})
		default:
			for _, each := range expressions[*q.Id] {
				results = append(results, result{*q.Id, each})
			}
		}
	}
	return results, nil
}

// periodOf is that of a query, 0 if it names none.
func periodOf(q types.MetricDataQuery) time.Duration {
	if q.MetricStat != nil {
		return time.Duration(*q.MetricStat.Period) * time.Second
	}
	return time.Duration(aws.ToInt32(q.Period)) * time.Second
}

// fetch answers a query of one metric. Where it has several units, each period has the first of them by name, and a message
// tells (recorded answers).
func (a *API) fetch(ctx context.Context, q types.MetricDataQuery, start, end time.Time) *series {
	scope := awsapi.CallScope(ctx)
	if q.AccountId != nil && *q.AccountId != scope.Account { // recorded answers
		return &series{status: types.StatusCodeForbidden, messages: []types.MessageData{{
			Code:  aws.String("Forbidden"),
			Value: aws.String("Access denied when getting data - please check that this account and the requested metric account are linked"),
		}}}
	}
	s, asked := q.MetricStat, &series{status: types.StatusCodeComplete}
	query := metric.Query{ID: metric.New(scope, aws.ToString(s.Metric.Namespace), aws.ToString(s.Metric.MetricName), pairs(s.Metric.Dimensions)...), Period: periodOf(q)}
	query.From, query.To = window(start, end, a.now(), query.Period)
	units := []types.StandardUnit{s.Unit}
	if s.Unit == "" {
		units = a.metrics.Units(query.ID, query.From, query.To)
	}
	if len(units) > 1 {
		asked.messages = []types.MessageData{{
			Code:  aws.String("MultipleUnits"),
			Value: aws.String(fmt.Sprintf("Multiple units returned: '[%s]'", strings.Join(names(units), ", "))),
		}}
	}
	for _, query.Unit = range units {
		asked.add(a.metrics.Points(query), *s.Stat)
	}
	return asked
}

// add takes the points of a unit, for the periods that have none yet.
func (s *series) add(points []metric.Point, statistic string) {
	others := len(s.points) > 0
	for i := range points {
		at := points[i].At
		if others && slices.ContainsFunc(s.points, func(v value) bool { return v.at.Equal(at) }) {
			continue
		}
		if v, ok := points[i].Statistic(statistic); ok {
			s.points = append(s.points, value{at, v})
		}
	}
	if others {
		slices.SortFunc(s.points, func(a, b value) int { return a.at.Compare(b.at) })
	}
}

func names[S ~string](list []S) (texts []string) {
	for _, each := range list {
		texts = append(texts, string(each))
	}
	return texts
}
