package managedalarm

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	scaling "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Predefined metrics of high resolution, which the SDK does not know.
const (
	CPUHighResolution    scaling.MetricType = scaling.MetricTypeECSServiceAverageCPUUtilization + highResolution
	MemoryHighResolution scaling.MetricType = scaling.MetricTypeECSServiceAverageMemoryUtilization + highResolution

	highResolution = "HighResolution"
)

// IsRequestCount reports whether a predefined metric counts requests per target of a load balancer.
func IsRequestCount(t scaling.MetricType) bool {
	return t == scaling.MetricTypeALBRequestCountPerTarget
}

// Utilization returns the metric of a service that a predefined type names, and whether it is of high resolution; "" if it
// names none.
func Utilization(t scaling.MetricType) (metric string, high bool) {
	standard, high := strings.CutSuffix(string(t), highResolution)
	switch scaling.MetricType(standard) {
	case scaling.MetricTypeECSServiceAverageCPUUtilization:
		return "CPUUtilization", high
	case scaling.MetricTypeECSServiceAverageMemoryUtilization:
		return "MemoryUtilization", high
	}
	return "", false
}

// customLook is at what alarms of a metric of one's own look.
func customLook(custom *scaling.CustomizedMetricSpecification) cloudwatch.Settings {
	if custom.Metrics != nil {
		return cloudwatch.Settings{Metrics: Queries(custom.Metrics), Dimensions: []types.Dimension{}}
	}
	look := cloudwatch.Settings{
		Namespace: aws.ToString(custom.Namespace), Metric: aws.ToString(custom.MetricName), Statistic: types.Statistic(custom.Statistic),
		Unit: types.StandardUnit(aws.ToString(custom.Unit)), Period: coarse, Dimensions: []types.Dimension{},
	}
	for _, d := range custom.Dimensions {
		look.Dimensions = append(look.Dimensions, types.Dimension{Name: d.Name, Value: d.Value})
	}
	return look
}

// Queries are metrics of a policy as its alarms have them: each with a period (AAS0011.2).
func Queries(metrics []scaling.TargetTrackingMetricDataQuery) []types.MetricDataQuery {
	var made []types.MetricDataQuery
	for _, m := range metrics {
		q := types.MetricDataQuery{Id: m.Id, Expression: m.Expression, Label: m.Label, ReturnData: m.ReturnData}
		if m.Expression != nil {
			q.Period = aws.Int32(coarse)
		}
		if m.MetricStat != nil {
			q.MetricStat = statOf(m.MetricStat)
		}
		made = append(made, q)
	}
	return made
}

func statOf(s *scaling.TargetTrackingMetricStat) *types.MetricStat {
	made := &types.MetricStat{Stat: s.Stat, Unit: types.StandardUnit(aws.ToString(s.Unit)), Period: aws.Int32(coarse), Metric: &types.Metric{Dimensions: []types.Dimension{}}}
	if s.Metric != nil {
		made.Metric.Namespace, made.Metric.MetricName = s.Metric.Namespace, s.Metric.MetricName
		for _, d := range slices.Clone(s.Metric.Dimensions) {
			made.Metric.Dimensions = append(made.Metric.Dimensions, types.Dimension{Name: d.Name, Value: d.Value})
		}
	}
	return made
}
