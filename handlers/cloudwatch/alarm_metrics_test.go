package cloudwatch_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// onMath is an alarm on an expression of one metric.
func onMath(name, expression string) *sdk.PutMetricAlarmInput {
	return &sdk.PutMetricAlarmInput{
		AlarmName: &name, EvaluationPeriods: aws.Int32(1), DatapointsToAlarm: aws.Int32(1), Threshold: aws.Float64(10),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		Metrics: []types.MetricDataQuery{
			{Id: aws.String("m1"), ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: aws.String("Shop"), MetricName: aws.String("Errors")}, Period: aws.Int32(10), Stat: aws.String("Average"),
			}},
			{Id: aws.String("e1"), Expression: &expression, Period: aws.Int32(10), ReturnData: aws.Bool(true)},
		},
	}
}

// Recorded answers of AWS: what belongs to one metric is not shown, but for dimensions.
func TestAlarmsOnMetrics(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		put := onMath("ratio", "m1+1")
		ok(s, s.PutMetricAlarm, put)
		a := s.describe("ratio")
		if a.MetricName != nil || a.Namespace != nil || a.Period != nil || a.Statistic != "" || a.Unit != "" || a.Dimensions == nil || len(a.Dimensions) > 0 {
			t.Errorf("%+v", a)
		}
		put.Metrics[0].MetricStat.Metric.Dimensions = []types.Dimension{}
		if diff := cmp.Diff(put.Metrics, a.Metrics, cmpopts.IgnoreUnexported(types.MetricDataQuery{}, types.MetricStat{}, types.Metric{})); diff != "" {
			t.Error(diff)
		}
		configured := a.AlarmConfigurationUpdatedTimestamp
		ok(s, s.PutMetricAlarm, put)
		if again := s.describe("ratio"); !again.AlarmConfigurationUpdatedTimestamp.Equal(*configured) {
			t.Error("the same settings are new")
		}
		single := minimal("ratio")
		ok(s, s.PutMetricAlarm, single)
		if now := s.describe("ratio"); now.Metrics != nil || now.MetricName == nil {
			t.Errorf("%+v", now)
		}
		found := ok(s, s.DescribeAlarmsForMetric, &sdk.DescribeAlarmsForMetricInput{Namespace: aws.String("Shop"), MetricName: aws.String("Errors")})
		if len(found.MetricAlarms) != 1 {
			t.Error(names(found.MetricAlarms))
		}
	})
}

// Recorded answers of AWS, but for the last ones.
func TestRefusedAlarmsOnMetrics(t *testing.T) {
	const from = ` \(Service: AmazonCloudWatch; Status Code: 400; Error Code: ValidationException; Request ID: [0-9a-f-]{36}; Proxy: null\)$`
	s := newScene(t, protocols["JSON"])
	for text, want := range map[string]string{
		"AVG(m1)":               "Error in expression 'e1': The return value of the expression must be TimeSeries or Array[TimeSeries]",
		"STACKD_UNRESOLVED(m1)": "Error in expression 'e1': Function 'STACKD_UNRESOLVED' not found",
		"m_missing+1":           "Error in expression 'e1': ID 'm_missing' not found",
	} {
		_, err := s.PutMetricAlarm(t.Context(), onMath("x", text))
		if err == nil || !regexp.MustCompile(regexp.QuoteMeta(want)+from).MatchString(err.Error()) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, test := range []struct {
		code, text string
		change     func(in *sdk.PutMetricAlarmInput)
	}{
		{"ValidationError", "Exactly one element of the metrics list should return data.", func(in *sdk.PutMetricAlarmInput) { in.Metrics[0].ReturnData = nil }},
		{"ValidationError", "The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.", func(in *sdk.PutMetricAlarmInput) {
			in.Metrics[0].Expression = aws.String("1")
		}},
		{"ValidationError", "Invalid metrics list", func(in *sdk.PutMetricAlarmInput) { in.Metrics[0].MetricStat.Stat = aws.String("x") }},
		{"ValidationError", "Too many metrics in alarm, maximum is 10", func(in *sdk.PutMetricAlarmInput) { in.Metrics = slices.Repeat(in.Metrics[:1], 11) }},
		{"ValidationError", "Too many expressions in alarm, maximum is 10", func(in *sdk.PutMetricAlarmInput) {
			in.EvaluationPeriods, in.Metrics = nil, slices.Repeat(in.Metrics[1:], 11)
		}},
		{"ValidationError", "PutMetricAlarm request should have an EvaluationPeriods parameter", func(in *sdk.PutMetricAlarmInput) { in.EvaluationPeriods = nil }},
		{"ValidationError", "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600",
			func(in *sdk.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(8641) }},
	} {
		in := onMath("x", "m1+1")
		test.change(in)
		refused(s, s.PutMetricAlarm, in, test.code, test.text)
	}
	foreign := onMath("x", "m1+1")
	foreign.Metrics[0].AccountId = aws.String("111111111111")
	refused(s, s.PutMetricAlarm, foreign, "NotImplementedException", "ecs-emulator does not implement alarms on metrics of other accounts; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/monitoring.md.")
	refused(s, s.PutMetricAlarm, onMath("x", "FIRST(METRICS())"), "NotImplementedException", "ecs-emulator does not implement the function FIRST of metric math; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/monitoring.md.")
}
