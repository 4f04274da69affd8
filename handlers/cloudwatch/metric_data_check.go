package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
)

// mostQueries are those of a request. Source: CloudWatch API reference, GetMetricData.
const mostQueries = 500

var queryID = lazyregexp.New(`^[a-z][a-zA-Z0-9_]*$`)

// checkData refuses a request of GetMetricData. Source: recorded answers; of the numbers and times the emulator's wording.
func checkData(in *sdk.GetMetricDataInput) error {
	switch {
	case len(in.MetricDataQueries) == 0:
		return validation("The parameter MetricDataQueries is required.")
	case len(in.MetricDataQueries) > mostQueries:
		return validation("The collection MetricDataQueries must not have a size greater than %d.", mostQueries)
	case !in.StartTime.Before(*in.EndTime):
		return validation("The parameter StartTime must be less than the parameter EndTime.")
	case in.MaxDatapoints != nil && (*in.MaxDatapoints < 1 || *in.MaxDatapoints > mostValuesAnswered):
		return validation("The parameter MaxDatapoints must be between 1 and %d.", mostValuesAnswered)
	}
	ids := map[string]bool{}
	for i, q := range in.MetricDataQueries {
		at := "MetricDataQueries" + member(i) + "."
		if !queryID.MatchString(aws.ToString(q.Id)) {
			return validation("The value for parameter %sId is not matching the expected pattern %s.", at, queryID)
		}
		if ids[*q.Id] {
			return validation("The values for parameter id in MetricDataQueries are not unique.")
		}
		ids[*q.Id] = true
		if err := checkQuery(at, q); err != nil {
			return err
		}
	}
	return nil
}

func checkQuery(at string, q types.MetricDataQuery) error {
	s := q.MetricStat
	switch {
	case s != nil && q.Expression != nil:
		return validation("The parameters %sExpression and %sMetricStat are mutually exclusive and you have specified both.", at, at)
	case s == nil && q.Expression == nil: // the emulator's wording
		return validation("One of the parameters %sExpression and %sMetricStat must be specified.", at, at)
	case strings.Contains(aws.ToString(q.Label), "${"):
		return notBuilt("dynamic labels (${…}) of GetMetricData")
	case s == nil:
		if wrong := checkPeriod(at+"Period", aws.ToInt32(q.Period)); q.Period != nil && wrong != "" {
			return validation("%s", wrong)
		}
		return nil
	case s.Metric == nil || s.Metric.Namespace == nil || s.Metric.MetricName == nil:
		return validation("The parameter %sMetricStat.Metric must have a Namespace and a MetricName.", at)
	case !isStatistic(*s.Stat):
		return validation("The value for parameter %sMetricStat.Stat is not a valid statistic.", at)
	}
	if wrong := checkPeriod(at+"MetricStat.Period", *s.Period); wrong != "" {
		return validation("%s", wrong)
	}
	return nil
}

// isStatistic reports whether a text is the name of a statistic, such as Sum, p90 or TM(10%:90%).
func isStatistic(name string) bool {
	return slices.Contains(types.Statistic("").Values(), types.Statistic(name)) || isExtendedStatistic(name)
}
