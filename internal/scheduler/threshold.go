package scheduler

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Bounds of the threshold, and its percentage when nothing is said.
// Source: ECS developer guide, deployment circuit breaker; ECS API reference,
// ThresholdConfiguration.
const (
	leastThreshold    = 3
	greatestThreshold = 200
	defaultThreshold  = 50 // percent
)

// threshold is how many failures trip the circuit breaker of a service with a
// desired count of d.
//
//	default, BOUNDED_PERCENT 50: D=1 → 3, D=25 → 13, D=400 → 200, D=800 → 200
//	UNBOUNDED_PERCENT 50:        D=1 → 1, D=25 → 13, D=800 → 400
//	COUNT 7:                     7
func threshold(c *types.ThresholdConfiguration, d int) int {
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

func circuitBreaker(s *state.Service) types.DeploymentCircuitBreaker {
	if c := s.DeploymentConfiguration; c != nil && c.DeploymentCircuitBreaker != nil {
		return *c.DeploymentCircuitBreaker
	}
	return types.DeploymentCircuitBreaker{}
}
