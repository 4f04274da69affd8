package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// putAlarm makes an alarm that is OK below 80; dimensions are names and values.
func (w *world) putAlarm(name, namespace, metric string, dimensions ...string) {
	w.Helper()
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: &namespace, MetricName: &metric, Statistic: types.StatisticAverage, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(80), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
	for i := 0; i < len(dimensions); i += 2 {
		in.Dimensions = append(in.Dimensions, types.Dimension{Name: &dimensions[i], Value: &dimensions[i+1]})
	}
	_, err := cloudwatch.NewFromConfig(w.Config()).PutMetricAlarm(w.Context(), in)
	w.must(err)
}

// expectOK wants all of so many alarms to be OK.
func (w *world) expectOK(alarms int) {
	w.Helper()
	n := 0
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(w.Config()), &cloudwatch.DescribeAlarmsInput{
		StateValue: types.StateValueOk, AlarmNamePrefix: aws.String("alarm-"), MaxRecords: aws.Int32(100),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.Context())
		w.must(err)
		n += len(page.MetricAlarms)
	}
	if n != alarms {
		w.Fatalf("%d of %d alarms are OK", n, alarms)
	}
}

// services makes services with a task each, which runs.
func (w *world) services(n int) {
	w.Helper()
	w.register("web")
	for i := range n {
		w.createService(fmt.Sprint("web-", i), 1)
	}
	w.must(w.Clock().Advance(time.Minute))
	w.awaitRunning(n)
}

// policy scales a service by a policy of a name, between 1 and 3 tasks.
func (w *world) policy(service, name string, in applicationautoscaling.PutScalingPolicyInput) (arn string) {
	w.Helper()
	client := applicationautoscaling.NewFromConfig(w.Config())
	id, of, dimension := aws.String("service/default/"+service), scaling.ServiceNamespaceEcs, scaling.ScalableDimensionECSServiceDesiredCount
	_, err := client.RegisterScalableTarget(w.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: of, ScalableDimension: dimension, ResourceId: id, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(3),
	})
	w.must(err)
	in.ServiceNamespace, in.ScalableDimension, in.ResourceId, in.PolicyName = of, dimension, id, &name
	out, err := client.PutScalingPolicy(w.Context(), &in)
	w.must(err)
	return *out.PolicyARN
}

// track has a service scaled by its CPU.
func (w *world) track(service string) {
	w.Helper()
	w.policy(service, "cpu", applicationautoscaling.PutScalingPolicyInput{
		PolicyType: scaling.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &scaling.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(50), PredefinedMetricSpecification: &scaling.PredefinedMetricSpecification{
				PredefinedMetricType: scaling.MetricTypeECSServiceAverageCPUUtilization,
			},
		},
	})
}

// BenchmarkGoalDayOfAlarms is how long the clock takes for a day of 20 services that are scaled by their CPU, and of 100
// alarms on that CPU.
func BenchmarkGoalDayOfAlarms(b *testing.B) {
	const services, alarms = 20, 100
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Speed: emulator.Still})
		w.services(services)
		for i := range services {
			w.track(fmt.Sprint("web-", i))
		}
		for i := range alarms {
			w.putAlarm(fmt.Sprint("alarm-", i), "AWS/ECS", "CPUUtilization", "ClusterName", "default", "ServiceName", fmt.Sprint("web-", i%services))
		}
		began := time.Now()
		w.must(w.Clock().Advance(24 * time.Hour))
		b.ReportMetric(time.Since(began).Seconds(), "s≤5")
		w.expectOK(alarms)
	}
}

// BenchmarkGoalDaysUnwatched is how long the clock takes for 150 days of a service whose metrics nothing wants.
func BenchmarkGoalDaysUnwatched(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Speed: emulator.Still})
		w.services(1)
		began := time.Now()
		w.must(w.Clock().Advance(150 * 24 * time.Hour))
		b.ReportMetric(time.Since(began).Seconds(), "s≤3")
	}
}

// BenchmarkGoalAlarmToUpdate is how long a client waits from SetAlarmState until DescribeServices has the desired count
// that a policy sets: one task and two, by turns. The service is scaled by its CPU, too.
func BenchmarkGoalAlarmToUpdate(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Speed: emulator.Still})
		w.services(1)
		w.track("web-0")
		policy := w.policy("web-0", "exact", applicationautoscaling.PutScalingPolicyInput{
			PolicyType: scaling.PolicyTypeStepScaling,
			StepScalingPolicyConfiguration: &scaling.StepScalingPolicyConfiguration{
				AdjustmentType: scaling.AdjustmentTypeExactCapacity, Cooldown: aws.Int32(0), StepAdjustments: []scaling.StepAdjustment{
					{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(1), ScalingAdjustment: aws.Int32(1)},
					{MetricIntervalLowerBound: aws.Float64(1), ScalingAdjustment: aws.Int32(2)},
				},
			},
		})
		_, err := cloudwatch.NewFromConfig(w.Config()).PutMetricAlarm(b.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: aws.String("exact"), Namespace: aws.String("Shop"), MetricName: aws.String("Tasks"),
			Statistic: types.StatisticMaximum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
			AlarmActions: []string{policy},
		})
		w.must(err)
		var took []time.Duration
		for n := range 100 {
			took = append(took, w.scaledTo(int32(2-n%2)))
		}
		b.ReportMetric(percentile(took, 50), "ms≤20")
	}
}

// scaledTo has the alarm ask for a count, and waits until the service has it.
func (w *world) scaledTo(count int32) time.Duration {
	w.Helper()
	client := cloudwatch.NewFromConfig(w.Config())
	set := func(to types.StateValue, data string) {
		_, err := client.SetAlarmState(w.Context(), &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("exact"), StateValue: to, StateReason: aws.String("measured"), StateReasonData: &data,
		})
		w.must(err)
	}
	set(types.StateValueOk, "{}")
	began := time.Now()
	set(types.StateValueAlarm, fmt.Sprintf(`{"queryDate":%q,"recentDatapoints":[%d]}`, began.UTC().Format(time.RFC3339Nano), count))
	for w.service("web-0").DesiredCount != count {
		if time.Since(began) > 10*time.Second {
			w.Fatalf("the service has not got %d tasks", count)
		}
	}
	return time.Since(began)
}
