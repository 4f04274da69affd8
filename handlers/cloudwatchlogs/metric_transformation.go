package cloudwatchlogs

import (
	"math"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

// metricPattern reads the pattern of a metric filter. Source of the text: recorded answers (LOGS0008).
func metricPattern(text string) (pattern.Pattern, error) {
	return parsePattern(text, "Invalid metric filter pattern")
}

// mostMetricDimensions is how many dimensions a filter gives, system fields among them.
// Source: CloudWatch Logs API reference, MetricTransformation.
const mostMetricDimensions = 3

// checkTransformation refuses what AWS refuses beyond its model. Source of the texts: recorded answers (LOGS0008).
func checkTransformation(in *cloudwatchlogs.PutMetricFilterInput) error {
	t := in.MetricTransformations[0]
	if !isMetricValue(*t.MetricValue) {
		return invalid("Invalid metric transformation: metric value %s must be a valid number", *t.MetricValue)
	}
	if len(t.Dimensions) > 0 && t.DefaultValue != nil {
		return invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties")
	}
	for _, selector := range t.Dimensions {
		if _, ok := pattern.ParseSelector(selector); !ok {
			return invalid("Invalid metric transformation: dimension value must be valid selector")
		}
	}
	system := map[string]bool{}
	for _, field := range in.EmitSystemFieldDimensions {
		if !slices.Contains(pattern.SystemFields, field) {
			return invalid("The provided system fields are invalid. The supported system fields are - [@aws.region, @aws.account, @source.log]")
		}
		system[field] = true
	}
	if len(t.Dimensions)+len(system) > mostMetricDimensions {
		return invalid("Number of dimensions exceeds the maximum number of dimensions supported per metric filter")
	}
	if _, ok := pattern.ParseSelection(aws.ToString(in.FieldSelectionCriteria)); !ok {
		return invalid("The provided field selection criteria is invalid")
	}
	return nil
}

// isMetricValue reports whether a text is a number, or selects one.
func isMetricValue(text string) bool {
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return math.Abs(v) <= 0x1p360 // what a metric takes; false for NaN
	}
	_, ok := pattern.ParseSelector(text)
	return ok
}
