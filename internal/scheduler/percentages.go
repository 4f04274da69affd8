package scheduler

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// percentagesOf has defaults where nothing is said. Source: ECS API reference,
// DeploymentConfiguration.
func percentagesOf(s *state.Service) (maximum, minimumHealthy int) {
	maximum, minimumHealthy = 200, 100
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		maximum, minimumHealthy = 100, 0
	}
	c := s.DeploymentConfiguration
	if c != nil && c.MaximumPercent != nil {
		maximum = int(*c.MaximumPercent)
	}
	if c != nil && c.MinimumHealthyPercent != nil {
		minimumHealthy = int(*c.MinimumHealthyPercent)
	}
	return maximum, minimumHealthy
}
