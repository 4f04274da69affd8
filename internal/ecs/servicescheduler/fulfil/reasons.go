package fulfil

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// reasonDraining is the emulator's but for its end, which is from event rules in public
// use.
var reasonDraining = reason{text: "Service task stopped because its container instance is in DRAINING state", cause: state.StopDraining}

// reason is why a task is stopped, in ECS's words and beyond them.
type reason struct {
	text   string
	cause  state.StopCause
	detail string
}

// reasonScaling names the deployment that the task is of (ECS0094).
func reasonScaling(deployment string, cause state.StopCause) reason {
	return reason{text: fmt.Sprintf("Scaling activity initiated by (deployment %s)", deployment), cause: cause}
}

// reasonRebalancing is from the ECS developer guide, stopped tasks error messages.
func reasonRebalancing(deployment string) reason {
	return reason{text: fmt.Sprintf("Availability-zone rebalancing initiated by (deployment %s)", deployment), cause: state.StopRebalanced}
}

// reasonUnhealthy is why a task is replaced.
func reasonUnhealthy(t *state.Task) reason {
	if g := t.UnhealthyTarget(); g != nil && t.Status.HealthStatus != types.HealthStatusUnhealthy {
		return reason{text: fmt.Sprintf("Task failed ELB health checks in (target-group %s)", g.Group), cause: state.StopUnhealthy, detail: g.Description}
	}
	return reason{text: "Task failed container health checks", cause: state.StopUnhealthy}
}
