package cloudwatch

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Bounds of GetMetricData. Source: CloudWatch API reference.
const (
	mostQueries        = 500
	mostValuesAnswered = 100800
)

// checkData refuses a request of GetMetricData, or gives what evaluates it. The wording of what math does not refuse, but for
// the statistic (recorded answers), is the emulator's.
func checkData(in *sdk.GetMetricDataInput) (*metricmath.Program, error) {
	switch most := in.MaxDatapoints; {
	case len(in.MetricDataQueries) > mostQueries:
		return nil, validation("The collection MetricDataQueries must not have a size greater than %d.", mostQueries)
	case !in.StartTime.Before(*in.EndTime):
		return nil, validation("The parameter StartTime must be less than the parameter EndTime.")
	case most != nil && (*most < 1 || *most > mostValuesAnswered):
		return nil, validation("The parameter MaxDatapoints must be between 1 and %d.", mostValuesAnswered)
	}
	program, err := metricmath.Compile(in.MetricDataQueries, metricmath.ForData)
	if err != nil {
		return nil, mathError(err)
	}
	for i, q := range in.MetricDataQueries {
		if err := checkQuery("MetricDataQueries"+member(i)+".", q); err != nil {
			return nil, err
		}
	}
	return program, nil
}

// mathError is the answer to queries that math refuses.
func mathError(err error) error {
	var wrong *metricmath.Error
	var missing *metricmath.NotBuilt
	switch {
	case errors.As(err, &wrong):
		return validation("%s", wrong.Message)
	case errors.As(err, &missing):
		return notBuilt(missing.What)
	}
	return err
}

// checkQuery checks what math does not.
func checkQuery(at string, q types.MetricDataQuery) error {
	if strings.Contains(aws.ToString(q.Label), "${") {
		return notBuilt("dynamic labels (${…}) of GetMetricData")
	}
	wrong := ""
	switch s := q.MetricStat; {
	case s == nil && q.Period != nil:
		wrong = checkPeriod(at+"Period", *q.Period)
	case s == nil:
	case s.Metric == nil || s.Metric.Namespace == nil || s.Metric.MetricName == nil:
		wrong = "The parameter " + at + "MetricStat.Metric must have a Namespace and a MetricName."
	case !isStatistic(*s.Stat):
		wrong = "The value for parameter " + at + "MetricStat.Stat is not a valid statistic."
	default:
		wrong = checkPeriod(at+"MetricStat.Period", *s.Period)
	}
	if wrong != "" {
		return validation("%s", wrong)
	}
	return nil
}

// isStatistic reports whether a text is the name of a statistic, such as Sum, p90 or TM(10%:90%).
func isStatistic(name string) bool {
	return slices.Contains(types.Statistic("").Values(), types.Statistic(name)) || isExtendedStatistic(name)
}
