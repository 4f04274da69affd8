package record

import (
	"fmt"
)

// The texts of rollout states. Clients match them, so they are exact.
// Source: answers of ECS in field reports and public logs (ECS0005).

func completedReason(deployment string) string {
	return fmt.Sprintf("ECS deployment %s completed.", deployment)
}

// FailedReason is the circuit breaker's.
const FailedReason = "ECS deployment circuit breaker: tasks failed to start."

// AlarmReason is remembered, not recorded.
const AlarmReason = "ECS deployment failed: alarm detected."

// ShiftFailedReason is the emulator's: what ECS says of a deployment that goes back in another way than by
// the circuit breaker is not published.
const ShiftFailedReason = "ECS deployment failed."

// StoppedReason is the emulator's: what ECS says is not published.
const StoppedReason = "ECS deployment stopped by StopServiceDeployment."

// DeletedReason is the emulator's, of a deployment that shifts traffic.
const DeletedReason = "ECS deployment stopped: the service was deleted."

// RollingBackReason begins with what caused the rollback.
func RollingBackReason(cause, deployment string) string {
	return fmt.Sprintf("%s: rolling back to deploymentId %s.", cause, deployment)
}

// Reasons of the status of a service deployment. Source: field reports for the first two (ECS0105); the others are
// the emulator's words.
const (
	ReasonBreakerRollback = "Service deployment rolled back because the circuit breaker threshold was exceeded."
	ReasonNoCandidate     = "No rollback candidate was found to run the rollback."
	ReasonRollbackFailed  = "The rollback failed because the circuit breaker threshold was exceeded."
	ReasonBreakerStop     = "Service deployment stopped because the circuit breaker threshold was exceeded."
	ReasonAlarmRollback   = "Service deployment rolled back because one or more alarms were triggered."
	ReasonAlarmStop       = "Service deployment stopped because one or more alarms were triggered."
	ReasonUserRollback    = "Service deployment rolled back because of a StopServiceDeployment request."
	ReasonUserStop        = "Service deployment stopped because of a StopServiceDeployment request."
	ReasonSuperseded      = "Service deployment stopped because another one began."
	ReasonDeleted         = "Service deployment stopped because the service was deleted."
	ReasonDeletedRollback = "The rollback failed because the service was deleted."
)
