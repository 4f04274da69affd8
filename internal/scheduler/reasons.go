package scheduler

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// The texts of stop reasons and rollout states. Clients match them, so they are exact.
// Source: answers of ECS in field reports and public logs (ECS0005).

// reasonUnhealthy is why a task is replaced.
func reasonUnhealthy(t *state.Task) string {
	if g := t.UnhealthyTarget(); g != nil && t.Status.HealthStatus != types.HealthStatusUnhealthy {
		return fmt.Sprintf("Task failed ELB health checks in (target-group %s)", g.Group)
	}
	return "Task failed container health checks"
}

// reasonScaling names the deployment that the task is of (ECS0094).
func reasonScaling(deployment string) string {
	return fmt.Sprintf("Scaling activity initiated by (deployment %s)", deployment)
}

func completedReason(deployment string) string {
	return fmt.Sprintf("ECS deployment %s completed.", deployment)
}

const failedReason = "ECS deployment circuit breaker: tasks failed to start."

// stoppedReason is the emulator's: what ECS says is not published.
const stoppedReason = "ECS deployment stopped by StopServiceDeployment."

// rollingBackReason begins with what caused the rollback.
func rollingBackReason(cause, deployment string) string {
	return fmt.Sprintf("%s: rolling back to deploymentId %s.", cause, deployment)
}
