package control

import "context"

// MeasureDataPoints adds how much memory the data points of CloudWatch metrics take.
func MeasureDataPoints(size func() int64) Measure {
	return func(_ context.Context, to *Exposition) {
		to.Family("gauge", "ecs_emulator_metric_bytes", "Memory that the data points of CloudWatch metrics take.")
		to.Sample("ecs_emulator_metric_bytes", size())
	}
}
