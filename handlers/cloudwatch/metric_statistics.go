package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// mostDatapoints bounds an answer of GetMetricStatistics. Source: CloudWatch API reference.
const mostDatapoints = 1440

// GetMetricStatistics answers data points of a metric, one for each period and unit that has data, oldest first; AWS has them
// in no order.
func (a *API) GetMetricStatistics(ctx context.Context, in *sdk.GetMetricStatisticsInput) (*sdk.GetMetricStatisticsOutput, error) {
	if err := checkStatistics(in); err != nil {
		return nil, err
	}
	a.collect(ctx)
	q := metric.Query{
		ID: metric.New(awsapi.CallScope(ctx), *in.Namespace, *in.MetricName, pairs(in.Dimensions)...), Period: time.Duration(*in.Period) * time.Second,
	}
	q.From, q.To = window(*in.StartTime, *in.EndTime, a.now(), q.Period)
	units := []types.StandardUnit{in.Unit}
	if in.Unit == "" {
		units = a.metrics.Units(q.ID, q.From, q.To)
	}
	out := &sdk.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	for _, q.Unit = range units {
		for _, p := range a.metrics.Points(q) {
			out.Datapoints = append(out.Datapoints, datapoint(p, q.Unit, in.Statistics, in.ExtendedStatistics))
		}
	}
	sorting.By(out.Datapoints, func(a, b types.Datapoint) int { return a.Timestamp.Compare(*b.Timestamp) })
	return out, nil
}

// checkStatistics refuses in AWS's words (CW0011). Source: recorded answers; where there is no statistic, those of PutMetricData.
func checkStatistics(in *sdk.GetMetricStatisticsInput) error {
	if len(in.Statistics)+len(in.ExtendedStatistics) == 0 {
		return invalidCombination(noneSpecified)
	}
	for i, each := range in.Statistics {
		if !slices.Contains(each.Values(), each) {
			return invalidValue("The parameter Statistics" + member(i) + ".<list element> must be a value in the set [SampleCount, Average, Sum, Minimum, Maximum].")
		}
	}
	for i, each := range in.ExtendedStatistics {
		if !isExtendedStatistic(each) {
			return invalidValue("The value " + each + " for parameter ExtendedStatistics" + member(i) + ".<list element> is not supported.")
		}
	}
	if wrong := checkPeriod("Period", *in.Period); wrong != "" {
		return invalidValue(wrong)
	}
	if !in.StartTime.Before(*in.EndTime) {
		return invalidValue("The parameter StartTime must be less than the parameter EndTime.")
	}
	period := time.Duration(*in.Period) * time.Second
	if n := int64((in.EndTime.Sub(*in.StartTime) + period - 1) / period); n > mostDatapoints {
		return invalidCombination(fmt.Sprintf("You have requested up to %d datapoints, which exceeds the limit of %d. "+
			"You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, mostDatapoints))
	}
	return nil
}

// datapoint has the statistics of a point that were asked for. An extended one may not be known.
func datapoint(p metric.Point, unit types.StandardUnit, statistics []types.Statistic, extended []string) types.Datapoint {
	d := types.Datapoint{Timestamp: &p.At, Unit: unit}
	of := map[types.Statistic]**float64{
		types.StatisticSampleCount: &d.SampleCount, types.StatisticAverage: &d.Average, types.StatisticSum: &d.Sum,
		types.StatisticMinimum: &d.Minimum, types.StatisticMaximum: &d.Maximum,
	}
	for _, each := range statistics {
		if v, ok := p.Statistic(string(each)); ok {
			*of[each] = &v
		}
	}
	for _, each := range extended {
		if v, ok := p.Statistic(each); ok {
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[each] = v
		}
	}
	return d
}
