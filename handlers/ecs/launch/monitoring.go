package launch

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// What the monitoring of a service can be told to do (ECS0086).
var (
	monitoredMetrics      = []string{"CPUUtilization", "MemoryUtilization"}
	monitoringResolutions = []int32{20, 60}
)

// CheckMonitoring looks at the names before the resolutions; in which order ECS does was not
// recorded. An empty list of names is one, an absent one is not (ECS0086).
func CheckMonitoring(m *types.MonitoringConfiguration) error {
	if m == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, c := range m.MetricConfigurations {
		for _, name := range c.MetricNames {
			if seen[name] {
				return kit.InvalidParameter("Duplicate metric names are not allowed across monitoring configuration.")
			}
			seen[name] = true
		}
		if c.MetricNames == nil || slices.ContainsFunc(c.MetricNames, func(name string) bool { return !slices.Contains(monitoredMetrics, name) }) {
			return kit.InvalidParameter("Metric name must be one of [CPUUtilization, MemoryUtilization].")
		}
	}
	for _, c := range m.MetricConfigurations {
		if !slices.Contains(monitoringResolutions, aws.ToInt32(c.ResolutionSeconds)) {
			return kit.InvalidParameter("Monitoring configuration resolution must be one of [20, 60] seconds.")
		}
	}
	return nil
}

// Monitoring is the configuration of the revision after one with base: what was sent replaces
// it whole, and an empty structure says nothing (ECS0086).
func Monitoring(base, asked *types.MonitoringConfiguration) *types.MonitoringConfiguration {
	if asked == nil || asked.MetricConfigurations == nil {
		return base
	}
	return asked
}

// SameMonitoring tells an empty list from none, which makes another revision (ECS0086).
func SameMonitoring(x, y *types.MonitoringConfiguration) bool {
	if x == nil || y == nil {
		return x == y
	}
	return slices.EqualFunc(x.MetricConfigurations, y.MetricConfigurations, func(a, b types.MetricConfiguration) bool {
		return slices.Equal(a.MetricNames, b.MetricNames) && aws.ToInt32(a.ResolutionSeconds) == aws.ToInt32(b.ResolutionSeconds)
	})
}
