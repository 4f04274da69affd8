package cloudwatch

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// mostOfAKind are how many metrics, and how many expressions, an alarm has (CW0008.1).
const mostOfAKind = 10

// checkQueries counts the metrics and the expressions of an alarm, before AWS looks at the rest (CW0008.1).
func checkQueries(in *sdk.PutMetricAlarmInput) error {
	expressions, metrics := 0, 0
	for _, q := range in.Metrics {
		if q.Expression != nil {
			expressions++
		}
		if q.MetricStat != nil {
			metrics++
		}
	}
	switch {
	case expressions > mostOfAKind:
		return validation("Too many expressions in alarm, maximum is %d", mostOfAKind)
	case metrics > mostOfAKind:
		return validation("Too many metrics in alarm, maximum is %d", mostOfAKind)
	}
	return nil
}

// checkMetrics checks an alarm on metric data queries.
func checkMetrics(in *sdk.PutMetricAlarmInput) error {
	for _, other := range []struct {
		name string
		set  bool
	}{
		{"MetricName", in.MetricName != nil}, {"Namespace", in.Namespace != nil}, {"Dimensions", len(in.Dimensions) > 0}, {"Period", in.Period != nil},
		{"Unit", in.Unit != ""}, {"Statistic", in.Statistic != ""}, {"ExtendedStatistic", in.ExtendedStatistic != nil},
	} {
		if other.set { // CW0003.1 of MetricName; that the others are alike is the emulator's choice
			return validation("%s should not be set if list of Metrics is set.", other.name)
		}
	}
	if in.EvaluationPeriods == nil {
		return validation("PutMetricAlarm request should have an EvaluationPeriods parameter")
	}
	program, err := metricmath.Compile(in.Metrics, metricmath.ForAlarm)
	if err != nil {
		return alarmMathError(err)
	}
	for i, q := range in.Metrics {
		if s := q.MetricStat; s != nil && !isStatistic(*s.Stat) { // CW0008.3
			return validation("Invalid metrics list")
		}
		q.Label = nil // is kept as it is
		if err := checkQuery("Metrics"+member(i)+".", q); err != nil {
			return err
		}
	}
	return checkRange(in, int32(program.Period()/time.Second))
}

// alarmMathError is the answer to queries of an alarm that math refuses. Of expressions AWS tells what the service that it
// asks has answered (CW0034.2).
func alarmMathError(err error) error {
	if wrong := new(metricmath.Error); errors.As(err, &wrong) && wrong.Expression {
		return validation("%s", fmt.Sprintf("%s (Service: AmazonCloudWatch; Status Code: 400; Error Code: ValidationException; Request ID: %s; Proxy: null)",
			wrong.Message, uuid.NewString()))
	}
	return mathError(err)
}

// watched are queries as alarms keep and show them: dimensions always (CW0034.1), and whether they return
// data.
func watched(queries []types.MetricDataQuery) []types.MetricDataQuery {
	if len(queries) == 0 {
		return nil
	}
	kept := slices.Clone(queries)
	for i := range kept {
		q := &kept[i]
		if q.ReturnData == nil {
			q.ReturnData = aws.Bool(true)
		}
		if q.MetricStat == nil {
			continue
		}
		stat, metric := *q.MetricStat, *q.MetricStat.Metric
		metric.Dimensions = orEmpty(metric.Dimensions)
		stat.Metric, q.MetricStat = &metric, &stat
	}
	return kept
}
