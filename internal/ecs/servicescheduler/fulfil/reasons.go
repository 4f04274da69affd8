package fulfil

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// reasonDraining is the emulator's but for its end, which is from event rules in public
// use.
const reasonDraining = "Service task stopped because its container instance is in DRAINING state"

// reasonScaling names the deployment that the task is of (ECS0094).
func reasonScaling(deployment string) string {
	return fmt.Sprintf("Scaling activity initiated by (deployment %s)", deployment)
}

// reasonRebalancing is from the ECS developer guide, stopped tasks error messages.
func reasonRebalancing(deployment string) string {
	return fmt.Sprintf("Availability-zone rebalancing initiated by (deployment %s)", deployment)
}

// reasonUnhealthy is why a task is replaced.
func reasonUnhealthy(t *state.Task) string {
	if g := t.UnhealthyTarget(); g != nil && t.Status.HealthStatus != types.HealthStatusUnhealthy {
		return fmt.Sprintf("Task failed ELB health checks in (target-group %s)", g.Group)
	}
	return "Task failed container health checks"
}
