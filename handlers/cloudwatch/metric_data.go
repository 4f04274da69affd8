package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// series is what is answered of a query.
type series struct {
	id string
	metricmath.Series
	status   types.StatusCode
	messages []types.MessageData
}

// GetMetricData answers the values of queries, newest first where the request does not say, in pages.
func (a *API) GetMetricData(ctx context.Context, in *sdk.GetMetricDataInput) (*sdk.GetMetricDataOutput, error) {
	program, err := checkData(in)
	if err != nil {
		return nil, err
	}
	a.collect(ctx)
	results, err := a.results(ctx, in, program)
	if err != nil {
		return nil, err
	}
	if in.ScanBy != types.ScanByTimestampAscending {
		for i := range results {
			results[i].Points = slices.Clone(results[i].Points) // two expressions can answer the same points
			slices.Reverse(results[i].Points)
		}
	}
	return pageOfData(in, results)
}

// results are the results of the queries that return data, in their order, with the oldest points first.
func (a *API) results(ctx context.Context, in *sdk.GetMetricDataInput, program *metricmath.Program) (results []series, err error) {
	found := map[string]series{}
	input := metricmath.Input{Series: map[string]metricmath.Series{}}
	input.From, input.To = window(*in.StartTime, *in.EndTime, a.now(), time.Minute)
	labels := labelsOf(in.MetricDataQueries)
	for i, q := range in.MetricDataQueries {
		if q.MetricStat == nil {
			continue
		}
		from, to := window(*in.StartTime, *in.EndTime, a.now(), period(q.MetricStat))
		if from.After(input.From) {
			input.From = from // periods below a minute
		}
		if to.After(input.To) {
			input.To = to
		}
		one := a.fetch(ctx, q, from, to)
		one.Label = labels[i]
		found[*q.Id], input.Series[*q.Id] = one, one.Series
	}
	evaluated, err := program.Evaluate(input)
	if err != nil {
		return nil, mathError(err)
	}
	for _, each := range evaluated {
		one := found[each.ID]
		one.id, one.Series = each.ID, each.Series
		if one.status == "" {
			one.status = types.StatusCodeComplete
		}
		results = append(results, one)
	}
	return results, nil
}

func period(s *types.MetricStat) time.Duration { return time.Duration(*s.Period) * time.Second }

// fetch answers a query of one metric. Where it has several units, each period has the first of them by name, and a message
// tells (recorded answers).
func (a *API) fetch(ctx context.Context, q types.MetricDataQuery, from, to time.Time) series {
	scope := awsapi.CallScope(ctx)
	if q.AccountId != nil && *q.AccountId != scope.Account { // recorded answers
		return series{status: types.StatusCodeForbidden, messages: []types.MessageData{{
			Code:  aws.String("Forbidden"),
			Value: aws.String("Access denied when getting data - please check that this account and the requested metric account are linked"),
		}}}
	}
	s := q.MetricStat
	asked := series{status: types.StatusCodeComplete}
	query := metric.Query{
		ID: metric.New(scope, *s.Metric.Namespace, *s.Metric.MetricName, pairs(s.Metric.Dimensions)...), Period: period(s), From: from, To: to,
	}
	units := []types.StandardUnit{s.Unit}
	if s.Unit == "" {
		units = a.metrics.Units(query.ID, from, to)
	}
	if len(units) > 1 {
		asked.messages = []types.MessageData{{
			Code:  aws.String("MultipleUnits"),
			Value: aws.String(fmt.Sprintf("Multiple units returned: '[%s]'", strings.Join(texts(units), ", "))),
		}}
	}
	for _, query.Unit = range units {
		asked.add(a.metrics.Points(query), *s.Stat)
	}
	return asked
}

// add takes the points of a unit, for the periods that have none yet.
func (s *series) add(points []metric.Point, statistic string) {
	of, _ := metric.ParseStatistic(statistic)
	others := len(s.Points) > 0
	s.Points = slices.Grow(s.Points, len(points))
	for i := range points {
		at := points[i].At
		if others && slices.ContainsFunc(s.Points, func(p metricmath.Point) bool { return p.At.Equal(at) }) {
			continue
		}
		if v, ok := of.Of(&points[i]); ok {
			s.Points = append(s.Points, metricmath.Point{At: at, Value: v})
		}
	}
	if others {
		sorting.By(s.Points, func(a, b metricmath.Point) int { return a.At.Compare(b.At) })
	}
}

func texts[S ~string](list []S) (texts []string) {
	for _, each := range list {
		texts = append(texts, string(each))
	}
	return texts
}
