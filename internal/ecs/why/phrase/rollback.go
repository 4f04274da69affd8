package phrase

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Breaker is what a circuit breaker has done: 3 tasks failed, and its circuit breaker ends it at 3.
func Breaker(b state.CircuitBreaker) (text string, seen why.Evidence) {
	return fmt.Sprintf("%s failed, and its circuit breaker ends it at %d", Count(b.FailureCount, "task"), b.Threshold),
		why.Evidence{Text: fmt.Sprintf("circuit breaker %s: failureCount %d, threshold %d", b.Status, b.FailureCount, b.Threshold)}
}

// Alarms is what alarms have done: alarm errors went into ALARM.
func Alarms(a state.DeploymentAlarms) (text string, seen why.Evidence) {
	return Verb(len(a.Triggered), "alarm", "alarms") + " " + List(a.Triggered) + " went into ALARM",
		why.Evidence{Text: fmt.Sprintf("alarms %s: %s", a.Status, strings.Join(a.Triggered, ", "))}
}

// Rollback says why a service deployment was rolled back, by its own reason: circuit breaker and alarms may also have ended the
// way back. ok is false where neither of them is the cause.
func Rollback(d *state.ServiceDeployment) (cause why.Cause, text string, seen why.Evidence, ok bool) {
	switch d.Rollback.Reason {
	case record.ReasonBreakerRollback:
		text, seen = Breaker(d.CircuitBreaker)
		return why.BreakerRollback, text, seen, true
	case record.ReasonAlarmRollback:
		text, seen = Alarms(d.Alarms)
		return why.AlarmRollback, text, seen, true
	}
	return "", "", seen, false
}
