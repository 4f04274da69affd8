package logmetric

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/pattern"
	cloudwatch "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// filtered are the data that a metric filter makes of events, each at the time of its event. One that the pattern does not
// match has the default value, if there is one; without any event there is no data.
// Source: recorded answers (LOGS0009).
func filtered(f *logs.MetricFilter, lines []logs.Line) (data []metric.Datum) {
	t := f.Transformation
	if f.Transformed || f.Parsed == nil || f.Selects == nil || !f.Selects(systemFields(f)) {
		return nil
	}
	for _, line := range lines {
		var dimensions []string
		var value float64
		switch {
		case f.Parsed.Match(line.Message):
			var ok bool
			if value, dimensions, ok = extract(f, line.Message); !ok {
				continue
			}
		case t.DefaultValue == nil:
			continue
		default:
			value = *t.DefaultValue
		}
		for _, name := range f.SystemFields {
			if !slices.Contains(dimensions, name) { // it may be named twice
				dimensions = append(dimensions, name, systemFields(f)[name])
			}
		}
		data = append(data, metric.Datum{
			ID: metric.New(f.Scope, *t.MetricNamespace, *t.MetricName, dimensions...), Unit: cloudwatch.StandardUnit(t.Unit), At: line.At,
			Values: []float64{value},
		})
	}
	return data
}

func systemFields(f *logs.MetricFilter) map[string]string {
	return map[string]string{"@aws.account": f.Scope.Account, "@aws.region": f.Scope.Region, "@source.log": f.Group}
}

// extract takes the value and the dimensions out of a message that matches. A text counts as the number that it is; one
// that is none makes no data. Source: recorded answers (LOGS0009); that a dimension that is missing makes no data
// either is the emulator's choice.
func extract(f *logs.MetricFilter, message string) (value float64, dimensions []string, ok bool) {
	found := pattern.Extract(f.Parsed, message)
	text := *f.Transformation.MetricValue
	if strings.HasPrefix(text, "$") {
		s, _ := pattern.ParseSelector(text)
		if text, ok = found.Get(s); !ok {
			return 0, nil, false
		}
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !isValue(value) {
		return 0, nil, false
	}
	for name, selector := range f.Transformation.Dimensions {
		s, _ := pattern.ParseSelector(selector)
		of, ok := found.Get(s)
		if !ok || of == "" {
			return 0, nil, false
		}
		dimensions = append(dimensions, name, of)
	}
	return value, dimensions, true
}
