package cloudwatch

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
)

// usualPage is how many alarms are described at once where a request does not say it.
// Source: field reports.
const usualPage = 50

// DescribeAlarms answers alarms in order of their names. A name that is asked for twice comes once,
// and unknown ones are left out (CW0005). It has metric alarms alone: there are no others.
func (a *API) DescribeAlarms(ctx context.Context, in *sdk.DescribeAlarmsInput) (*sdk.DescribeAlarmsOutput, error) {
	if in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil {
		return nil, notBuilt("ChildrenOfAlarmName and ParentsOfAlarmName, which are of composite alarms,")
	}
	var found []*cloudwatch.Alarm
	if len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, types.AlarmTypeMetricAlarm) {
		found = cloudwatch.Alarms(a.store.Read(), awsapi.CallScope(ctx), aws.ToString(in.AlarmNamePrefix))
	}
	found = slices.DeleteFunc(slices.Clone(found), func(each *cloudwatch.Alarm) bool {
		return len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, each.Name) || in.StateValue != "" && each.State != in.StateValue ||
			in.ActionPrefix != nil && !hasAction(each, *in.ActionPrefix)
	})
	part, next, err := page.Cut(found, func(each *cloudwatch.Alarm) string { return each.Name }, page.Request{Token: in.NextToken, Size: in.MaxRecords, Most: usualPage})
	if err != nil {
		return nil, awsapi.Errorf("InvalidNextToken", "Invalid NextToken : %s", *in.NextToken)
	}
	return &sdk.DescribeAlarmsOutput{
		MetricAlarms: described(part), CompositeAlarms: []types.CompositeAlarm{}, LogAlarms: []types.LogAlarm{}, NextToken: next,
	}, nil
}

func hasAction(a *cloudwatch.Alarm, prefix string) bool {
	return slices.ContainsFunc(slices.Concat(a.OKActions, a.AlarmActions, a.NoDataActions), func(action string) bool { return strings.HasPrefix(action, prefix) })
}

// DescribeAlarmsForMetric answers the alarms of a metric, in order of their names. Dimensions are a
// set: without any, it is the alarms of the metric that has none (CW0005).
func (a *API) DescribeAlarmsForMetric(ctx context.Context, in *sdk.DescribeAlarmsForMetricInput) (*sdk.DescribeAlarmsForMetricOutput, error) {
	wanted := setOf(in.Dimensions)
	found := slices.DeleteFunc(slices.Clone(cloudwatch.Alarms(a.store.Read(), awsapi.CallScope(ctx), "")), func(each *cloudwatch.Alarm) bool {
		return each.Namespace != *in.Namespace || each.Metric != *in.MetricName || !maps.Equal(setOf(each.Dimensions), wanted) ||
			in.Statistic != "" && each.Statistic != in.Statistic || in.Unit != "" && each.Unit != in.Unit || in.Period != nil && each.Period != *in.Period ||
			in.ExtendedStatistic != nil && aws.ToString(each.ExtendedStatistic) != *in.ExtendedStatistic
	})
	return &sdk.DescribeAlarmsForMetricOutput{MetricAlarms: described(found)}, nil
}

func setOf(dimensions []types.Dimension) map[string]string {
	set := make(map[string]string, len(dimensions))
	for _, d := range dimensions {
		set[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return set
}

// described are alarms as AWS shows them: lists always, other members if they were given (CW0001).
func described(alarms []*cloudwatch.Alarm) []types.MetricAlarm {
	list := make([]types.MetricAlarm, 0, len(alarms))
	for _, a := range alarms {
		list = append(list, types.MetricAlarm{
			AlarmName: &a.Name, AlarmArn: aws.String(a.ARN()), AlarmDescription: a.Description, AlarmConfigurationUpdatedTimestamp: &a.ConfiguredAt,
			ActionsEnabled: &a.ActionsEnabled, OKActions: orEmpty(a.OKActions), AlarmActions: orEmpty(a.AlarmActions), InsufficientDataActions: orEmpty(a.NoDataActions),
			StateValue: a.State, StateReason: a.Reason, StateReasonData: a.Data, StateUpdatedTimestamp: &a.StateAt, StateTransitionedTimestamp: &a.ChangedAt,
			Dimensions: orEmpty(a.Dimensions), Statistic: a.Statistic, ExtendedStatistic: a.ExtendedStatistic, Metrics: a.Metrics,
			Unit: a.Unit, EvaluationPeriods: &a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm, Threshold: &a.Threshold,
			ComparisonOperator: a.Comparison, TreatMissingData: a.TreatMissingData, EvaluateLowSampleCountPercentile: a.LowSampleCountBehavior,
		})
		if of := &list[len(list)-1]; a.Metrics == nil {
			of.Namespace, of.MetricName, of.Period = &a.Namespace, &a.Metric, &a.Period
		}
	}
	return list
}
