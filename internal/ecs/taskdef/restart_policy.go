package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Bounds of a restart policy. Source: ECS API reference, ContainerRestartPolicy.
const (
	maxIgnoredExitCodes     = 50
	minRestartAttemptPeriod = 60
	maxRestartAttemptPeriod = 1800
)

func checkRestartPolicy(c *types.ContainerDefinition) error {
	r := c.RestartPolicy
	if r == nil {
		return nil
	}
	name := value(c.Name)
	if r.Enabled == nil {
		// By analogy with the period's message; no source.
		return refuse("The 'enabled' setting of the restart policy for container '%s' must be specified.", name)
	}
	if len(r.IgnoredExitCodes) > maxIgnoredExitCodes {
		// By analogy with the period's message; no source.
		return refuse("The 'ignoredExitCodes' setting for container '%s' must have at most %d exit codes.", name, maxIgnoredExitCodes)
	}
	if p := r.RestartAttemptPeriod; p != nil && (*p < minRestartAttemptPeriod || *p > maxRestartAttemptPeriod) { // ECS0190
		return refuse("The 'restartAttemptPeriod' setting for container '%s' must be between %d and %d.",
			name, minRestartAttemptPeriod, maxRestartAttemptPeriod)
	}
	return nil
}
