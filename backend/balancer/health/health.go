// Package health checks targets, and says by the outcomes how they are, in AWS's words.
package health

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// States, reasons and texts of targets are AWS's.
const (
	StateInitial   = "initial"
	StateHealthy   = "healthy"
	StateUnhealthy = "unhealthy"

	reasonRegistering = "Elb.RegistrationInProgress"
	reasonChecking    = "Elb.InitialHealthChecking"
	reasonMismatch    = "Target.ResponseCodeMismatch"
	reasonTimeout     = "Target.Timeout"
	reasonFailed      = "Target.FailedHealthChecks"

	textRegistering = "Target registration is in progress"
	textChecking    = "Initial health checks in progress"
	textTimeout     = "Request timed out"
	textFailed      = "Health checks failed"
)

// registration is how long after its first check a failing target is still described as being
// registered. After 5.1 s it was, with checks each 5 s (ELB0011); that there is an end
// before it is unhealthy is the API reference's, TargetHealth, and when that is the emulator's.
const registration = 10 * time.Second

// Status is what checks have shown of a target.
type Status struct {
	State          string
	Reason, Text   string
	At             time.Time
	passed, failed int       // checks in a row
	began          time.Time // when the first check of a new one ended; zero before
}

// Outcome of one check.
type Outcome struct {
	Passed       bool
	reason, text string
}

func mismatch(code int) Outcome {
	return Outcome{reason: reasonMismatch, text: fmt.Sprintf("Health checks failed with these codes: [%d]", code)}
}

// After is the health when a check has ended. The first one that passes makes a new
// target healthy; then it takes as many in a row as the thresholds say. The very first check comes
// with the registration, and counts only if it passes: of those that fail, AWS's are later (ELB0011).
func (h Status) After(o Outcome, c balancer.HealthCheck, now time.Time) Status {
	if o.Passed {
		h.passed, h.failed = h.passed+1, 0
		if h.State == StateInitial || h.State == StateUnhealthy && h.passed >= c.HealthyThreshold {
			h.State, h.Reason, h.Text, h.At = StateHealthy, "", "", now
		}
		return h
	}
	if h.State == StateInitial && h.began.IsZero() {
		h.began = now
		return h
	}
	h.passed, h.failed = 0, h.failed+1
	switch {
	case h.State == StateUnhealthy:
		if h.Reason != o.reason || h.Text != o.text {
			h.Reason, h.Text, h.At = o.reason, o.text, now
		}
	case h.failed >= c.UnhealthyThreshold:
		h.State, h.Reason, h.Text, h.At = StateUnhealthy, o.reason, o.text, now
	case h.State == StateInitial && h.Reason == reasonRegistering && now.Sub(h.began) >= registration:
		h.Reason, h.Text, h.At = reasonChecking, textChecking, now
	}
	return h
}

// Registered is the health of a new target.
func Registered() Status {
	return Status{State: StateInitial, Reason: reasonRegistering, Text: textRegistering}
}

// Says reports whether both read the same in AWS's answers.
func (h Status) Says(other Status) bool {
	return h.State == other.State && h.Reason == other.Reason && h.Text == other.Text
}
