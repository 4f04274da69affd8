package cloudwatch

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// usualPage is how many alarms are described at once where a request does not say it.
// Source: field reports.
const usualPage = 50

// DescribeAlarms answers alarms in order of their names. A name that is asked for twice comes once,
// and unknown ones are left out (CW0005).
func (a *API) DescribeAlarms(ctx context.Context, in *sdk.DescribeAlarmsInput) (*sdk.DescribeAlarmsOutput, error) {
	related := in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil
	find := selected
	if related {
		if err := checkRelatives(in); err != nil {
			return nil, err
		}
		find = relatives
	}
	found := find(a.store.Read(), awsapi.CallScope(ctx), in)
	part, next, err := page.Cut(found, anyAlarm.name, page.Request{Token: in.NextToken, Size: in.MaxRecords, Most: usualPage})
	if err != nil {
		return nil, awsapi.Errorf("InvalidNextToken", "Invalid NextToken : %s", *in.NextToken)
	}
	out := &sdk.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{}, CompositeAlarms: []types.CompositeAlarm{}, LogAlarms: []types.LogAlarm{}, NextToken: next}
	for _, each := range part {
		if each.metric != nil {
			out.MetricAlarms = append(out.MetricAlarms, described([]*cloudwatch.Alarm{each.metric})...)
		} else {
			out.CompositeAlarms = append(out.CompositeAlarms, describedComposite(each.composite))
		}
	}
	if related {
		brief(out, in.ParentsOfAlarmName != nil)
	}
	return out, nil
}

// DescribeAlarmsForMetric answers the alarms of a metric, in order of their names. Dimensions are a
// set: without any, it is the alarms of the metric that has none (CW0005).
func (a *API) DescribeAlarmsForMetric(ctx context.Context, in *sdk.DescribeAlarmsForMetricInput) (*sdk.DescribeAlarmsForMetricOutput, error) {
	wanted := setOf(in.Dimensions)
	all := cloudwatch.Alarms.List(a.store.Read(), awsapi.CallScope(ctx))
	found := slices.DeleteFunc(slices.Clone(all), func(each *cloudwatch.Alarm) bool {
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
