package dataplane

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// States, reasons and texts of targets are AWS's.
const (
	stateInitial   = "initial"
	stateHealthy   = "healthy"
	stateUnhealthy = "unhealthy"

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

// registration is for how long after its first check a target that fails is still being registered,
// by what is said of it. After 5.1 s it was, with checks each 5 s (ELB0011); that there is an end
// before it is unhealthy is the API reference's, TargetHealth, and when that is the emulator's.
const registration = 10 * time.Second

// health is what checks have shown of a target.
type health struct {
	state          string
	reason, text   string
	at             time.Time
	passed, failed int       // checks in a row
	began          time.Time // when the first check of a new one ended; zero before
}

// outcome is that of one check.
type outcome struct {
	passed       bool
	reason, text string
}

func mismatch(code int) outcome {
	return outcome{reason: reasonMismatch, text: fmt.Sprintf("Health checks failed with these codes: [%d]", code)}
}

// after is the health when a check has ended. The first one that passes makes a new
// target healthy; then it takes as many in a row as the thresholds say. The very first check comes
// with the registration, and counts only if it passes: of those that fail, AWS's are later (ELB0011).
func (h health) after(o outcome, c balancer.HealthCheck, now time.Time) health {
	if o.passed {
		h.passed, h.failed = h.passed+1, 0
		if h.state == stateInitial || h.state == stateUnhealthy && h.passed >= c.HealthyThreshold {
			h.state, h.reason, h.text, h.at = stateHealthy, "", "", now
		}
		return h
	}
	if h.state == stateInitial && h.began.IsZero() {
		h.began = now
		return h
	}
	h.passed, h.failed = 0, h.failed+1
	switch {
	case h.state == stateUnhealthy:
		if h.reason != o.reason || h.text != o.text {
			h.reason, h.text, h.at = o.reason, o.text, now
		}
	case h.failed >= c.UnhealthyThreshold:
		h.state, h.reason, h.text, h.at = stateUnhealthy, o.reason, o.text, now
	case h.state == stateInitial && h.reason == reasonRegistering && now.Sub(h.began) >= registration:
		h.reason, h.text, h.at = reasonChecking, textChecking, now
	}
	return h
}

// registered is the health of a new target.
func registered() health {
	return health{state: stateInitial, reason: reasonRegistering, text: textRegistering}
}

// says tells whether both say the same to who asks.
func (h health) says(other health) bool {
	return h.state == other.state && h.reason == other.reason && h.text == other.text
}
