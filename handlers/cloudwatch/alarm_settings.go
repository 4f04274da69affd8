package cloudwatch

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// settingsOf are what a request says of an alarm, or what is wrong with it.
// Source of the words: recorded answers of AWS and field reports; those about a parameter that is
// missing or a value that is not supported have been seen in another emulator that replays
// recordings.
func settingsOf(in *sdk.PutMetricAlarmInput) (*cloudwatch.Settings, error) {
	ofMetric := []func(*sdk.PutMetricAlarmInput) error{checkStatistic, checkPeriods}
	if len(in.Metrics) > 0 {
		ofMetric = []func(*sdk.PutMetricAlarmInput) error{checkMetrics}
	}
	before := []func(*sdk.PutMetricAlarmInput) error{checkAlarmName, checkBuilt, checkQueries, checkThreshold}
	for _, check := range slices.Concat(before, ofMetric, []func(*sdk.PutMetricAlarmInput) error{checkAlarmActions}) {
		if err := check(in); err != nil {
			return nil, err
		}
	}
	s := &cloudwatch.Settings{
		Description:    in.AlarmDescription,
		ActionSettings: actionSettings(in.ActionsEnabled, in.OKActions, in.AlarmActions, in.InsufficientDataActions),
		Namespace:      aws.ToString(in.Namespace), Metric: aws.ToString(in.MetricName), Dimensions: orEmpty(in.Dimensions),
		Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Unit: in.Unit, Period: aws.ToInt32(in.Period), Metrics: watched(in.Metrics),
		EvaluationPeriods: *in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm, Threshold: *in.Threshold,
		Comparison: in.ComparisonOperator, TreatMissingData: in.TreatMissingData, LowSampleCountBehavior: in.EvaluateLowSampleCountPercentile,
	}
	return s, nil
}

func actionSettings(enabled *bool, ok, alarm, noData []string) cloudwatch.ActionSettings {
	return cloudwatch.ActionSettings{
		ActionsEnabled: enabled == nil || *enabled, OKActions: orEmpty(ok), AlarmActions: orEmpty(alarm), NoDataActions: orEmpty(noData),
	}
}

// orEmpty is a list that is told also where it has nothing.
func orEmpty[T any](list []T) []T { return append([]T{}, list...) }

func checkAlarmName(in *sdk.PutMetricAlarmInput) error { return checkName(*in.AlarmName) }

func checkName(name string) error {
	if strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return validation("AlarmName must not contain ASCII Control characters")
	}
	return nil
}

// anomalies compare with the band of an anomaly detector.
var anomalies = []types.ComparisonOperator{
	types.ComparisonOperatorLessThanLowerOrGreaterThanUpperThreshold, types.ComparisonOperatorLessThanLowerThreshold, types.ComparisonOperatorGreaterThanUpperThreshold,
}

// checkBuilt refuses alarms that look at something else than metrics.
func checkBuilt(in *sdk.PutMetricAlarmInput) error {
	switch {
	case in.ThresholdMetricId != nil || slices.Contains(anomalies, in.ComparisonOperator):
		return notBuilt("alarms of anomaly detection")
	case in.EvaluationCriteria != nil || in.EvaluationInterval != nil:
		return notBuilt("alarms of PromQL queries")
	case in.EvaluationWindow != nil:
		return notBuilt("EvaluationWindow of alarms")
	case in.WarmUpConfiguration != nil:
		return notBuilt("WarmUpConfiguration of alarms")
	case in.ActionConfiguration != nil:
		return notBuilt("ActionConfiguration of alarms")
	}
	return nil
}

func checkThreshold(in *sdk.PutMetricAlarmInput) error {
	switch {
	case in.ComparisonOperator == "":
		return validation("PutMetricAlarm request should have a valid ComparisonOperator parameter")
	case in.Threshold == nil || math.IsNaN(*in.Threshold) || math.IsInf(*in.Threshold, 0):
		return validation("PutMetricAlarm request should have valid Threshold parameter")
	case in.TreatMissingData != nil && !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, *in.TreatMissingData):
		return validation("Supported values for TreatMissingData are breaching, notBreaching, ignore, and missing.")
	}
	return nil
}

func checkStatistic(in *sdk.PutMetricAlarmInput) error {
	low := in.EvaluateLowSampleCountPercentile
	switch {
	case in.MetricName == nil:
		return validation("PutMetricAlarm request should have a MetricName parameter")
	case in.Namespace == nil:
		return validation("PutMetricAlarm request should have a Namespace parameter")
	case strings.ContainsFunc(*in.Namespace, func(c rune) bool { return c > unicode.MaxASCII }): // CW0008.2
		return validation("Namespace must not contain Non-ASCII characters.")
	case in.Statistic != "" && in.ExtendedStatistic != nil: // CW0003.2
		return validation("PutMetricAlarm request can not be made with both Statistic and ExtendedStatistic parameters. Only one of them should be present")
	case in.Statistic == "" && in.ExtendedStatistic == nil:
		return validation("PutMetricAlarm request should have a Statistic parameter")
	case in.ExtendedStatistic != nil && !isExtendedStatistic(*in.ExtendedStatistic): // CW0003.3
		return invalidValue("The value " + *in.ExtendedStatistic + " for parameter ExtendedStatistic is not supported.")
	case low != nil && *low != "evaluate" && *low != "ignore":
		return validation("Supported options for EvaluateLowSampleCountPercentile are evaluate and ignore.")
	case low != nil && in.Statistic != "":
		return validation("Option evaluateLowSampleCountPercentile can not be applied with statistic %s. This option is enabled only for percentile statistics.", in.Statistic)
	}
	return nil
}

// Seconds that an alarm may look back on, by its period. Source: field reports.
const (
	hour, day, week = 3600, 86400, 604800
)

func checkPeriods(in *sdk.PutMetricAlarmInput) error {
	switch {
	case in.EvaluationPeriods == nil:
		return validation("PutMetricAlarm request should have an EvaluationPeriods parameter")
	case in.Period == nil:
		return validation("PutMetricAlarm request should have a Period parameter")
	}
	return checkRange(in, *in.Period)
}

// checkRange checks what an alarm with periods of some seconds looks back on.
func checkRange(in *sdk.PutMetricAlarmInput, seconds int32) error {
	if in.DatapointsToAlarm != nil && *in.DatapointsToAlarm > *in.EvaluationPeriods { // Source: field reports
		return validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	}
	period := int64(seconds)
	total := period * int64(*in.EvaluationPeriods)
	switch {
	case !slices.Contains([]int64{10, 20, 30}, period) && (period%60 != 0 || period <= 0):
		return validation("Period must be 10, 20, 30 or a multiple of 60")
	case period < hour && total > day:
		return validation("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600")
	case total > week:
		return validation("Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600")
	}
	return nil
}

func checkAlarmActions(in *sdk.PutMetricAlarmInput) error {
	return checkActions(in.OKActions, in.AlarmActions, in.InsufficientDataActions)
}

// checkActions refuses what is no ARN (CW0003.4), without a look at what it names.
func checkActions(lists ...[]string) error {
	for _, action := range slices.Concat(lists...) {
		parts := strings.SplitN(action, ":", 6)
		if len(parts) < 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" || strings.ContainsAny(action, " \t\r\n") {
			return validation("Invalid arn syntax: %s", action)
		}
	}
	return nil
}
