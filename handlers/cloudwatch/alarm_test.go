package cloudwatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// unexported leaves out what is not on the wire.
var unexported = cmpopts.IgnoreUnexported(types.MetricAlarm{}, types.Dimension{}, types.Tag{})

// A new alarm has the recorded members and no others, and settings come back as they were given.
func TestPutMetricAlarm(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		ok(s, s.PutMetricAlarm, minimal("errors"))
		at := s.Now
		made := types.MetricAlarm{
			AlarmName: aws.String("errors"), AlarmArn: aws.String(alarmARN("errors")), ActionsEnabled: aws.Bool(true),
			OKActions: []string{}, AlarmActions: []string{}, InsufficientDataActions: []string{}, Dimensions: []types.Dimension{},
			StateValue: types.StateValueInsufficientData, StateReason: aws.String("Unchecked: Initial alarm creation"),
			StateUpdatedTimestamp: &at, StateTransitionedTimestamp: &at, AlarmConfigurationUpdatedTimestamp: &at,
			Namespace: aws.String("Shop"), MetricName: aws.String("Errors"), Statistic: types.StatisticAverage, Period: aws.Int32(60),
			EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(10), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		}
		if diff := cmp.Diff(made, s.describe("errors"), unexported, cmpopts.EquateApproxTime(1e6)); diff != "" {
			t.Error(diff)
		}
		rich := minimal("errors")
		rich.AlarmDescription, rich.ActionsEnabled, rich.Unit, rich.DatapointsToAlarm = aws.String("too many"), aws.Bool(false), types.StandardUnitCountSecond, aws.Int32(2)
		rich.Statistic, rich.ExtendedStatistic, rich.EvaluateLowSampleCountPercentile = "", aws.String("p99.9"), aws.String("ignore")
		rich.TreatMissingData, rich.Threshold = aws.String("notBreaching"), aws.Float64(-0.25)
		rich.AlarmActions = []string{"arn:aws:sns:eu-west-1:123456789012:pager"}
		rich.Dimensions = []types.Dimension{{Name: aws.String("Z"), Value: aws.String("last")}, {Name: aws.String("A"), Value: aws.String("first")}}
		ok(s, s.PutMetricAlarm, rich)
		changed := made
		changed.AlarmDescription, changed.ActionsEnabled, changed.Unit, changed.DatapointsToAlarm = rich.AlarmDescription, rich.ActionsEnabled, rich.Unit, rich.DatapointsToAlarm
		changed.Statistic, changed.ExtendedStatistic, changed.EvaluateLowSampleCountPercentile = "", rich.ExtendedStatistic, rich.EvaluateLowSampleCountPercentile
		changed.TreatMissingData, changed.Threshold, changed.AlarmActions, changed.Dimensions = rich.TreatMissingData, rich.Threshold, rich.AlarmActions, rich.Dimensions
		changed.AlarmConfigurationUpdatedTimestamp = aws.Time(s.Now)
		if diff := cmp.Diff(changed, s.describe("errors"), unexported, cmpopts.EquateApproxTime(1e6)); diff != "" {
			t.Error(diff)
		}
		ok(s, s.PutMetricAlarm, rich) // once more: nothing changes
		if diff := cmp.Diff(changed, s.describe("errors"), unexported, cmpopts.EquateApproxTime(1e6)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusedAlarms(t *testing.T) {
	const not = "NotImplementedException"
	notBuilt := func(what string) string {
		return "ecs-emulator does not implement " + what + "; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/monitoring.md."
	}
	metrics := []types.MetricDataQuery{{Id: aws.String("m1"), Expression: aws.String("1")}}
	s := newScene(t, protocols["CBOR"])
	for _, test := range []struct {
		code, text string
		change     func(in *sdk.PutMetricAlarmInput)
	}{
		{"ValidationError", "MetricName should not be set if list of Metrics is set.", func(in *sdk.PutMetricAlarmInput) { in.Metrics = metrics }},
		{"ValidationError", "PutMetricAlarm request can not be made with both Statistic and ExtendedStatistic parameters. Only one of them should be present",
			func(in *sdk.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p90") }},
		{"InvalidParameterValue", "The value p101 for parameter ExtendedStatistic is not supported.",
			func(in *sdk.PutMetricAlarmInput) { in.Statistic, in.ExtendedStatistic = "", aws.String("p101") }},
		{"ValidationError", "PutMetricAlarm request should have a Statistic parameter", func(in *sdk.PutMetricAlarmInput) { in.Statistic = "" }},
		{"ValidationError", "PutMetricAlarm request should have a MetricName parameter", func(in *sdk.PutMetricAlarmInput) { in.MetricName = nil }},
		{"ValidationError", "PutMetricAlarm request should have a Namespace parameter", func(in *sdk.PutMetricAlarmInput) { in.Namespace = nil }},
		{"ValidationError", "Namespace must not contain Non-ASCII characters.", func(in *sdk.PutMetricAlarmInput) { in.Namespace = aws.String("Läden") }},
		{"ValidationError", "PutMetricAlarm request should have an EvaluationPeriods parameter", func(in *sdk.PutMetricAlarmInput) { in.EvaluationPeriods = nil }},
		{"ValidationError", "PutMetricAlarm request should have a Period parameter", func(in *sdk.PutMetricAlarmInput) { in.Period = nil }},
		{"ValidationError", "PutMetricAlarm request should have a valid ComparisonOperator parameter", func(in *sdk.PutMetricAlarmInput) { in.ComparisonOperator = "" }},
		{"ValidationError", "PutMetricAlarm request should have valid Threshold parameter", func(in *sdk.PutMetricAlarmInput) { in.Threshold = nil }},
		{"ValidationError", "Supported values for TreatMissingData are breaching, notBreaching, ignore, and missing.", func(in *sdk.PutMetricAlarmInput) { in.TreatMissingData = aws.String("x") }},
		{"ValidationError", "Supported options for EvaluateLowSampleCountPercentile are evaluate and ignore.", func(in *sdk.PutMetricAlarmInput) { in.EvaluateLowSampleCountPercentile = aws.String("x") }},
		{"ValidationError", "Option evaluateLowSampleCountPercentile can not be applied with statistic Average. This option is enabled only for percentile statistics.",
			func(in *sdk.PutMetricAlarmInput) { in.EvaluateLowSampleCountPercentile = aws.String("ignore") }},
		{"ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods", func(in *sdk.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(4) }},
		{"ValidationError", "Period must be 10, 20, 30 or a multiple of 60", func(in *sdk.PutMetricAlarmInput) { in.Period = aws.Int32(90) }},
		{"ValidationError", "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600",
			func(in *sdk.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(1441) }},
		{"ValidationError", "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600",
			func(in *sdk.PutMetricAlarmInput) { in.Period, in.EvaluationPeriods = aws.Int32(86400), aws.Int32(8) }},
		{"ValidationError", "Invalid arn syntax: not-an-arn", func(in *sdk.PutMetricAlarmInput) { in.OKActions = []string{"not-an-arn"} }},
		{"ValidationError", "AlarmName must not contain ASCII Control characters", func(in *sdk.PutMetricAlarmInput) { in.AlarmName = aws.String("a\x01") }},
		{"ValidationError", "1 validation error detected: Value '0' at 'period' failed to satisfy constraint: Member must have value greater than or equal to 1",
			func(in *sdk.PutMetricAlarmInput) { in.Period = aws.Int32(0) }},
		{"ValidationError", "Namespace should not be set if list of Metrics is set.", func(in *sdk.PutMetricAlarmInput) { in.MetricName, in.Metrics = nil, metrics }},
		{not, notBuilt("alarms of anomaly detection"), func(in *sdk.PutMetricAlarmInput) { in.ThresholdMetricId = aws.String("m1") }},
		{not, notBuilt("alarms of anomaly detection"), func(in *sdk.PutMetricAlarmInput) {
			in.ComparisonOperator = types.ComparisonOperatorLessThanLowerThreshold
		}},
		{not, notBuilt("alarms of PromQL queries"), func(in *sdk.PutMetricAlarmInput) {
			in.EvaluationCriteria = &types.EvaluationCriteriaMemberPromQLCriteria{Value: types.AlarmPromQLCriteria{Query: aws.String("up")}}
		}},
		{not, notBuilt("EvaluationWindow of alarms"), func(in *sdk.PutMetricAlarmInput) { in.EvaluationWindow = &types.EvaluationWindowMemberSlidingWindow{} }},
		{not, notBuilt("WarmUpConfiguration of alarms"), func(in *sdk.PutMetricAlarmInput) {
			in.WarmUpConfiguration = &types.WarmUpConfiguration{WarmUpPeriodDurationInMinutes: aws.Int32(1)}
		}},
		{not, notBuilt("ActionConfiguration of alarms"), func(in *sdk.PutMetricAlarmInput) { in.ActionConfiguration = &types.ActionConfiguration{} }},
	} {
		in := minimal("errors")
		test.change(in)
		refused(s, s.PutMetricAlarm, in, test.code, test.text)
	}
	if out := ok(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{}); len(out.MetricAlarms) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestExtendedStatistics(t *testing.T) {
	s := newScene(t, protocols["JSON"])
	for statistic, known := range map[string]bool{
		"p0": true, "p99.9": true, "p100": true, "tm90": true, "wm98.5": true, "tc10": true, "ts5": true, "IQM": true,
		"TM(10%:90%)": true, "WM(:95%)": true, "TC(0.005:0.03)": true, "TS(80%:)": true, "PR(:300)": true, "PR(100:2000)": true,
		"p101": false, "p-1": false, "p": false, "p99.12345678901": false, "iqm": false, "TM(90%:10%)": false, "TM(10:90%)": false, "TM(:)": false,
		"TM(0%:101%)": false, "PR(1%:2%)": false, "Average": false, "": false, "px": false, "TM(a:b)": false,
	} {
		in := minimal("errors")
		in.Statistic, in.ExtendedStatistic = "", &statistic
		if known {
			ok(s, s.PutMetricAlarm, in)
		} else {
			refused(s, s.PutMetricAlarm, in, "InvalidParameterValue", "The value "+statistic+" for parameter ExtendedStatistic is not supported.")
		}
	}
}

func TestSetAlarmState(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		ok(s, s.PutMetricAlarm, minimal("errors"))
		set := func(state types.StateValue, reason string, data *string) types.MetricAlarm {
			t.Helper()
			ok(s, s.SetAlarmState, &sdk.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: state, StateReason: &reason, StateReasonData: data})
			return s.describe("errors")
		}
		first := set(types.StateValueAlarm, "first", aws.String(`{ "raw": 1 }`))
		if first.StateValue != types.StateValueAlarm || *first.StateReason != "first" || *first.StateReasonData != `{ "raw": 1 }` ||
			first.StateUpdatedTimestamp.Before(*first.AlarmConfigurationUpdatedTimestamp) || !first.StateTransitionedTimestamp.Equal(*first.StateUpdatedTimestamp) {
			t.Errorf("%+v", first)
		}
		if again := set(types.StateValueAlarm, "second", nil); *again.StateReason != "first" || !again.StateUpdatedTimestamp.Equal(*first.StateUpdatedTimestamp) {
			t.Errorf("the same state changed %+v", again)
		}
		refused(s, s.SetAlarmState, &sdk.SetAlarmStateInput{
			AlarmName: aws.String("errors"), StateValue: types.StateValueOk, StateReason: aws.String(""), StateReasonData: aws.String(`{"unfinished":`),
		}, "InvalidFormat", "")
		if empty := set(types.StateValueOk, "", aws.String("null")); empty.StateReason == nil || *empty.StateReason != "" || *empty.StateReasonData != "null" {
			t.Errorf("%+v", empty)
		}
		ok(s, s.DisableAlarmActions, &sdk.DisableAlarmActionsInput{AlarmNames: []string{"errors", "none"}})
		disabled := s.describe("errors")
		if *disabled.ActionsEnabled || disabled.StateReason != nil || disabled.StateReasonData == nil || !disabled.AlarmConfigurationUpdatedTimestamp.After(*first.AlarmConfigurationUpdatedTimestamp) {
			t.Errorf("%+v", disabled)
		}
		if gone := set(types.StateValueInsufficientData, "none", nil); gone.StateReasonData != nil {
			t.Errorf("%+v", gone)
		}
		ok(s, s.EnableAlarmActions, &sdk.EnableAlarmActionsInput{AlarmNames: []string{"none", "errors"}})
		if !*s.describe("errors").ActionsEnabled {
			t.Error("actions are not enabled")
		}
		refused(s, s.SetAlarmState, &sdk.SetAlarmStateInput{AlarmName: aws.String("none"), StateValue: types.StateValueOk, StateReason: aws.String("")}, "ResourceNotFound", "")
		refused(s, s.SetAlarmState, &sdk.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: "FINE", StateReason: aws.String("")}, "ValidationError",
			"1 validation error detected: Value 'FINE' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [OK, ALARM, INSUFFICIENT_DATA]")
	})
}

// names are the names of alarms.
func names(alarms []types.MetricAlarm) (list []string) {
	for _, a := range alarms {
		list = append(list, *a.AlarmName)
	}
	return list
}

func TestDescribeAlarms(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		for _, name := range []string{"shop-b", "shop-a", "other"} {
			ok(s, s.PutMetricAlarm, minimal(name))
		}
		paged := minimal("paged")
		paged.AlarmActions, paged.MetricName, paged.Statistic, paged.Period = []string{"arn:aws:sns:eu-west-1:123456789012:pager"}, aws.String("Latency"), types.StatisticSum, aws.Int32(120)
		paged.Dimensions = []types.Dimension{{Name: aws.String("Z"), Value: aws.String("1")}, {Name: aws.String("A"), Value: aws.String("2")}}
		ok(s, s.PutMetricAlarm, paged)
		ok(s, s.SetAlarmState, &sdk.SetAlarmStateInput{AlarmName: aws.String("other"), StateValue: types.StateValueOk, StateReason: aws.String("fine")})
		for want, in := range map[string]*sdk.DescribeAlarmsInput{
			"other paged shop-a shop-b": {},
			"shop-a shop-b":             {AlarmNamePrefix: aws.String("shop-")},
			"shop-a":                    {AlarmNames: []string{"shop-a", "none", "shop-a"}},
			"other":                     {StateValue: types.StateValueOk},
			"paged":                     {ActionPrefix: aws.String("arn:aws:sns:")},
			"other paged":               {MaxRecords: aws.Int32(2)},
			"":                          {AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}},
		} {
			out := ok(s, s.DescribeAlarms, in)
			if got := strings.Join(names(out.MetricAlarms), " "); got != want || out.CompositeAlarms == nil || out.LogAlarms == nil {
				t.Errorf("%+v: %q, want %q", in, got, want)
			}
		}
		first := ok(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{MaxRecords: aws.Int32(3)})
		if rest := ok(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{NextToken: first.NextToken}); !slices.Equal(names(rest.MetricAlarms), []string{"shop-b"}) || rest.NextToken != nil {
			t.Errorf("%+v", rest)
		}
		refused(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{NextToken: aws.String("x")}, "InvalidNextToken", "Invalid NextToken : x")

		turned := []types.Dimension{paged.Dimensions[1], paged.Dimensions[0]}
		for want, in := range map[string]*sdk.DescribeAlarmsForMetricInput{
			"other shop-a shop-b": {MetricName: aws.String("Errors")},
			"paged":               {MetricName: aws.String("Latency"), Dimensions: turned, Statistic: types.StatisticSum, Period: aws.Int32(120)},
		} {
			in.Namespace = aws.String("Shop")
			if got := strings.Join(names(ok(s, s.DescribeAlarmsForMetric, in).MetricAlarms), " "); got != want {
				t.Errorf("%+v: %q, want %q", in, got, want)
			}
		}
		for _, in := range []*sdk.DescribeAlarmsForMetricInput{
			{}, {Dimensions: turned[:1]}, {Dimensions: turned, Statistic: types.StatisticAverage}, {Dimensions: turned, Period: aws.Int32(60)},
			{Dimensions: turned, Unit: types.StandardUnitCount}, {Dimensions: turned, ExtendedStatistic: aws.String("p90")},
		} {
			in.Namespace, in.MetricName = aws.String("Shop"), aws.String("Latency")
			if out := ok(s, s.DescribeAlarmsForMetric, in); out.MetricAlarms == nil || len(out.MetricAlarms) > 0 {
				t.Errorf("%+v: %v", in, names(out.MetricAlarms))
			}
		}
	})
}

func TestDeleteAlarms(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		for i := range 3 {
			ok(s, s.PutMetricAlarm, minimal(fmt.Sprint("a", i)))
		}
		long := strings.Repeat("x", 256)
		refused(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{"a0", long}}, "ValidationError",
			"1 validation error detected: Value '[a0, "+long+"]' at 'alarmNames' failed to satisfy constraint: "+
				"Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]")
		for range 2 {
			ok(s, s.DeleteAlarms, &sdk.DeleteAlarmsInput{AlarmNames: []string{"a1", "none", "a0"}})
		}
		if out := ok(s, s.DescribeAlarms, &sdk.DescribeAlarmsInput{}); !slices.Equal(names(out.MetricAlarms), []string{"a2"}) {
			t.Error(names(out.MetricAlarms))
		}
	})
}

func TestTags(t *testing.T) {
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	inEachProtocol(t, func(s *scene) {
		in := minimal("errors")
		in.Tags = []types.Tag{tag("team", "shop")}
		ok(s, s.PutMetricAlarm, in)
		in.Tags, in.Threshold = []types.Tag{tag("team", "ignored"), tag("new", "ignored")}, aws.Float64(11)
		ok(s, s.PutMetricAlarm, in)
		resource := aws.String(alarmARN("errors"))
		has := func(want ...types.Tag) {
			t.Helper()
			if diff := cmp.Diff(want, ok(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: resource}).Tags, unexported); diff != "" {
				t.Error(diff)
			}
		}
		has(tag("team", "shop"))
		ok(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: resource, Tags: []types.Tag{tag("team", "toys"), tag("empty", ""), tag("twice", "1"), tag("twice", "2")}})
		has(tag("team", "toys"), tag("empty", ""), tag("twice", "2"))
		refused(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: resource, Tags: []types.Tag{tag("valid", ""), tag("AWS:x", "")}}, "AccessDenied",
			`The provided tag keys must not start with any case of "aws:"`)
		var many []types.Tag
		for i := range 51 {
			many = append(many, tag(fmt.Sprint("key", i), "v"))
		}
		refused(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: resource, Tags: many}, "InvalidParameterValue", "tags are invalid.")
		refused(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: resource, Tags: many[1:]}, "ValidationError", "The resultant tag set must not have more than 50 user tags.")
		ok(s, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: resource, TagKeys: []string{"empty", "none", "twice"}})
		has(tag("team", "toys"))

		made := minimal("other")
		made.Tags = many
		refused(s, s.PutMetricAlarm, made, "ValidationError", "The resultant tag set must not have more than 50 user tags.")
		none := aws.String(alarmARN("other"))
		refused(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: none}, "ResourceNotFoundException", "")
		refused(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: none, Tags: many[:1]}, "ResourceNotFoundException", "")
		refused(s, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: none, TagKeys: []string{"k"}}, "ResourceNotFoundException", "")
	})
}
