package scheduler

import (
	"fmt"
)

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
