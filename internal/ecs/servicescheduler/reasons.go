package servicescheduler

import (
	"fmt"
)

// The texts of stop reasons and rollout states. Clients match them, so they are exact.
// Source: answers of ECS in field reports and public logs (ECS0005).

// reasonScaling names the deployment that the task is of (ECS0094).
func reasonScaling(deployment string) string {
	return fmt.Sprintf("Scaling activity initiated by (deployment %s)", deployment)
}

// reasonRebalancing is from the ECS developer guide, stopped tasks error messages.
func reasonRebalancing(deployment string) string {
	return fmt.Sprintf("Availability-zone rebalancing initiated by (deployment %s)", deployment)
}

func completedReason(deployment string) string {
	return fmt.Sprintf("ECS deployment %s completed.", deployment)
}

const failedReason = "ECS deployment circuit breaker: tasks failed to start."

// alarmReason is remembered, not recorded.
const alarmReason = "ECS deployment failed: alarm detected."

// shiftFailedReason is the emulator's: what ECS says of a deployment that goes back in another way than by
// the circuit breaker is not published.
const shiftFailedReason = "ECS deployment failed."

// stoppedReason is the emulator's: what ECS says is not published.
const stoppedReason = "ECS deployment stopped by StopServiceDeployment."

// deletedReason is the emulator's, of a deployment that shifts traffic.
const deletedReason = "ECS deployment stopped: the service was deleted."

// rollingBackReason begins with what caused the rollback.
func rollingBackReason(cause, deployment string) string {
	return fmt.Sprintf("%s: rolling back to deploymentId %s.", cause, deployment)
}

// Reasons of the status of a service deployment. Source: field reports for the first two (ECS0105); the others are
// the emulator's words.
const (
	reasonBreakerRollback = "Service deployment rolled back because the circuit breaker threshold was exceeded."
	reasonNoCandidate     = "No rollback candidate was found to run the rollback."
	reasonRollbackFailed  = "The rollback failed because the circuit breaker threshold was exceeded."
	reasonBreakerStop     = "Service deployment stopped because the circuit breaker threshold was exceeded."
	reasonAlarmRollback   = "Service deployment rolled back because one or more alarms were triggered."
	reasonAlarmStop       = "Service deployment stopped because one or more alarms were triggered."
	reasonUserRollback    = "Service deployment rolled back because of a StopServiceDeployment request."
	reasonUserStop        = "Service deployment stopped because of a StopServiceDeployment request."
	reasonSuperseded      = "Service deployment stopped because another one began."
	reasonDeleted         = "Service deployment stopped because the service was deleted."
	reasonDeletedRollback = "The rollback failed because the service was deleted."
)
