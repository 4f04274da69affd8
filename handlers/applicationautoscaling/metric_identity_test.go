package applicationautoscaling_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// custom is a policy that tracks a metric of one's own.
func custom(name string, metric *types.CustomizedMetricSpecification) *sdk.PutScalingPolicyInput {
	return put(name, func(in *sdk.PutScalingPolicyInput) {
		in.PolicyType = types.PolicyTypeTargetTrackingScaling
		in.TargetTrackingScalingPolicyConfiguration = &types.TargetTrackingScalingPolicyConfiguration{TargetValue: aws.Float64(10), CustomizedMetricSpecification: metric}
	})
}

// jobs is a metric by itself.
func jobs(dimensions ...string) *types.CustomizedMetricSpecification {
	made := &types.CustomizedMetricSpecification{Namespace: aws.String("Shop"), MetricName: aws.String("Jobs"), Statistic: types.MetricStatisticAverage}
	for _, name := range dimensions {
		made.Dimensions = append(made.Dimensions, types.MetricDimension{Name: &name, Value: &name})
	}
	return made
}

// query is a metric in a list.
func query(id, metric string, returned bool, dimensions ...string) types.TargetTrackingMetricDataQuery {
	q := types.TargetTrackingMetricDataQuery{Id: &id, ReturnData: &returned, MetricStat: &types.TargetTrackingMetricStat{
		Stat: aws.String("Average"), Metric: &types.TargetTrackingMetric{Namespace: aws.String("Shop"), MetricName: &metric},
	}}
	for _, name := range dimensions {
		q.MetricStat.Metric.Dimensions = append(q.MetricStat.Metric.Dimensions, types.TargetTrackingMetricDimension{Name: &name, Value: &name})
	}
	return q
}

func queries(list ...types.TargetTrackingMetricDataQuery) *types.CustomizedMetricSpecification {
	return &types.CustomizedMetricSpecification{Metrics: list}
}

// ratio is what the jobs of a worker are.
func ratio(text string) types.TargetTrackingMetricDataQuery {
	return types.TargetTrackingMetricDataQuery{Id: aws.String("ratio"), Expression: &text}
}

// There is one policy for a metric, however it is written.
func TestOnePolicyForEachMetric(t *testing.T) {
	inPercent := jobs("a", "b")
	inPercent.Unit = aws.String("Percent")
	labelled := query("other", "Jobs", true, "a", "b")
	labelled.Label = aws.String("the jobs")
	work, workers := query("work", "Work", false), query("workers", "Workers", false)
	for _, test := range []struct {
		name        string
		first, then *types.CustomizedMetricSpecification
		same        bool
	}{
		{"another unit", jobs("a", "b"), inPercent, true},
		{"dimensions in another order", jobs("a", "b"), jobs("b", "a"), true},
		{"fewer dimensions", jobs("a", "b"), jobs("a"), false},
		{"a query", jobs("b", "a"), queries(labelled), true},
		{"by itself", queries(labelled), jobs("a", "b"), true},
		{"queries in another order", queries(work, workers, ratio("work / workers")), queries(ratio("work / workers"), workers, work), true},
		{"another expression", queries(work, workers, ratio("work / workers")), queries(work, workers, ratio("work/workers")), false},
		{"another metric of a query", queries(query("m", "Jobs", true)), queries(query("m", "Work", true)), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := registered(t)
			apitest.OK(t, s.PutScalingPolicy, custom("first", test.first))
			apitest.OK(t, s.PutScalingPolicy, custom("first", test.then)) // of itself
			apitest.OK(t, s.PutScalingPolicy, custom("first", test.first))
			if test.same {
				apitest.Refused(t, s.PutScalingPolicy, custom("then", test.then), "ValidationException",
					"Only one TargetTrackingScaling policy for a given metric specification is allowed.")
				return
			}
			apitest.OK(t, s.PutScalingPolicy, custom("then", test.then))
		})
	}
}

// What CloudWatch would not make an alarm of changes nothing.
func TestRefusedMetrics(t *testing.T) {
	s := registered(t)
	work, workers := query("work", "Work", false), query("workers", "Workers", false)
	made := apitest.OK(t, s.PutScalingPolicy, custom("math", queries(work, workers, ratio("work / workers"))))
	shown := s.described("math").TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification
	if shown.Dimensions == nil || shown.Metrics[0].MetricStat.Metric.Dimensions == nil || !*shown.Metrics[2].ReturnData {
		t.Errorf("%+v", shown)
	}
	unlabelled := query("work", "Work", true)
	unlabelled.Label = aws.String("")
	apitest.Refused(t, s.PutScalingPolicy, custom("math", queries(unlabelled)), "ValidationException", "The label of a metric data query must not be empty")
	strange := query("work", "Work", true)
	strange.MetricStat.Stat = aws.String("Most")
	returned, both := query("work", "Work", true), query("ratio", "Work", true)
	both.Expression = aws.String("1")
	nameless := jobs()
	nameless.MetricName = nil
	for reason, metric := range map[string]*types.CustomizedMetricSpecification{
		"Exactly one element of the metrics list should return data.":                                                  queries(returned, workers, ratio("work / workers")),
		"The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.": queries(both),
		"The value for parameter Metrics.member.1.MetricStat.Stat is not a valid statistic.":                           queries(strange),
		"PutMetricAlarm request should have a MetricName parameter":                                                    nameless,
	} {
		_, err := s.PutScalingPolicy(t.Context(), custom("math", metric))
		if err == nil || !strings.Contains(err.Error(), "FailedResourceAccessException: Unable to update alarms for scaling policy math due to reason: "+reason+
			" (Service: AmazonCloudWatch; Status Code: 400; Error Code: ValidationError; Request ID: ") {
			t.Errorf("%s: %v", reason, err)
		}
	}
	if got := s.described("math"); *got.Alarms[0].AlarmName != *made.Alarms[0].AlarmName || len(s.alarms()) != 2 {
		t.Errorf("%+v", got)
	}
}
