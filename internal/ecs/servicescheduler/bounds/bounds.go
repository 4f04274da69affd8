// Package bounds reads the configuration of deployments: between which numbers of tasks they keep, and with how many
// failures they end.
package bounds

import "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"

// Percentages are maximumPercent and minimumHealthyPercent, with the defaults of a scheduling strategy. Source: ECS API
// reference, DeploymentConfiguration.
func Percentages(c *types.DeploymentConfiguration, s types.SchedulingStrategy) (maximum, minimumHealthy int) {
	maximum, minimumHealthy = 200, 100
	if s == types.SchedulingStrategyDaemon {
		maximum, minimumHealthy = 100, 0
	}
	if c != nil && c.MaximumPercent != nil {
		maximum = int(*c.MaximumPercent)
	}
	if c != nil && c.MinimumHealthyPercent != nil {
		minimumHealthy = int(*c.MinimumHealthyPercent)
	}
	return maximum, minimumHealthy
}

// CircuitBreaker is the circuit breaker of a configuration; off where it says nothing.
func CircuitBreaker(c *types.DeploymentConfiguration) types.DeploymentCircuitBreaker {
	if c != nil && c.DeploymentCircuitBreaker != nil {
		return *c.DeploymentCircuitBreaker
	}
	return types.DeploymentCircuitBreaker{}
}

// Bounds of the threshold, and its percentage when nothing is said.
// Source: ECS developer guide, deployment circuit breaker; ECS API reference,
// ThresholdConfiguration.
const (
	leastThreshold    = 3
	greatestThreshold = 200
	defaultThreshold  = 50 // percent
)

// Threshold is how many failures trip the circuit breaker of a service with a
// desired count of d.
//
//	default, BOUNDED_PERCENT 50: D=1 → 3, D=25 → 13, D=400 → 200, D=800 → 200
//	UNBOUNDED_PERCENT 50:        D=1 → 1, D=25 → 13, D=800 → 400
//	COUNT 7:                     7
func Threshold(c *types.ThresholdConfiguration, d int) int {
	kind, value := types.ThresholdTypeBoundedPercent, defaultThreshold
	if c != nil {
		kind, value = c.Type, int(c.Value)
	}
	percent := (d*value + 99) / 100
	switch kind {
	case types.ThresholdTypeCount:
		return max(1, value)
	case types.ThresholdTypeUnboundedPercent:
		return max(1, percent)
	default:
		return min(max(percent, leastThreshold), greatestThreshold)
	}
}
