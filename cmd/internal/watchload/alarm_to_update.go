package watchload

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// alarmToUpdate is for how many milliseconds a client waits from SetAlarmState until DescribeServices has the desired count
// that a policy sets, in the median: one task and two, by turns.
func alarmToUpdate(ctx context.Context, w *world) (milliseconds float64, err error) {
	if err := w.trackedServices(ctx, 1); err != nil {
		return 0, err
	}
	policy, err := w.scaling.PutScalingPolicy(ctx, &applicationautoscaling.PutScalingPolicyInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount, ResourceId: aws.String("service/default/service-0"),
		PolicyName: aws.String("exact"), PolicyType: scaling.PolicyTypeStepScaling,
		StepScalingPolicyConfiguration: &scaling.StepScalingPolicyConfiguration{
			AdjustmentType: scaling.AdjustmentTypeExactCapacity, Cooldown: aws.Int32(0), StepAdjustments: []scaling.StepAdjustment{
				{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(1), ScalingAdjustment: aws.Int32(1)},
				{MetricIntervalLowerBound: aws.Float64(1), ScalingAdjustment: aws.Int32(2)},
			},
		},
	})
	if err != nil {
		return 0, err
	}
	_, err = w.cloudwatch.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("exact"), Namespace: aws.String("Shop"), MetricName: aws.String("Tasks"), Statistic: types.StatisticMaximum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
		AlarmActions: []string{*policy.PolicyARN},
	})
	if err != nil {
		return 0, err
	}
	var took []time.Duration
	for n := range 100 {
		d, err := w.scaleTo(ctx, int32(2-n%2))
		if err != nil {
			return 0, err
		}
		took = append(took, d)
	}
	slices.Sort(took)
	return float64(took[len(took)/2].Microseconds()) / 1000, nil
}

// scaleTo has the alarm ask for a count, and waits until the service has it.
func (w *world) scaleTo(ctx context.Context, count int32) (took time.Duration, err error) {
	set := func(to types.StateValue, data string) error {
		_, err := w.cloudwatch.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("exact"), StateValue: to, StateReason: aws.String("measured"), StateReasonData: &data})
		return err
	}
	if err := set(types.StateValueOk, "{}"); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := set(types.StateValueAlarm, fmt.Sprintf(`{"queryDate":%q,"recentDatapoints":[%d]}`, began.UTC().Format(time.RFC3339Nano), count)); err != nil {
		return 0, err
	}
	for time.Since(began) < 10*time.Second {
		out, err := w.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Services: []string{"service-0"}})
		if err != nil || out.Services[0].DesiredCount == count {
			return time.Since(began), err
		}
	}
	return 0, fmt.Errorf("the service has not got %d tasks", count)
}
