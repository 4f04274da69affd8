package health

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// The thresholds count in a row, and the first check that passes is enough.
func TestHealthAfterChecks(t *testing.T) {
	pass, timeout, refused, bad := Outcome{Passed: true}, Outcome{reason: reasonTimeout, text: textTimeout}, Outcome{reason: reasonFailed, text: textFailed}, mismatch(502)
	config := balancer.HealthCheck{HealthyThreshold: 3, UnhealthyThreshold: 2}
	for _, c := range []struct {
		name     string
		outcomes []Outcome
		state    string
		reason   string
		text     string
	}{
		{"nothing yet", nil, StateInitial, reasonRegistering, textRegistering},
		{"one passes", []Outcome{pass}, StateHealthy, "", ""},
		{"one fails", []Outcome{refused}, StateInitial, reasonRegistering, textRegistering},
		{"one fails, one passes", []Outcome{refused, pass}, StateHealthy, "", ""},
		{"two fail, of which the first comes with the registration", []Outcome{refused, refused}, StateInitial, reasonRegistering, textRegistering},
		{"two fail after that", []Outcome{refused, refused, refused}, StateUnhealthy, reasonFailed, "Health checks failed"},
		{"a healthy one fails once", []Outcome{pass, timeout}, StateHealthy, "", ""},
		{"not in a row", []Outcome{pass, timeout, pass, timeout}, StateHealthy, "", ""},
		{"a healthy one times out", []Outcome{pass, timeout, timeout}, StateUnhealthy, reasonTimeout, "Request timed out"},
		{"the last reason counts", []Outcome{timeout, timeout, refused, bad}, StateUnhealthy, reasonMismatch, "Health checks failed with these codes: [502]"},
		{"an unhealthy one passes twice", []Outcome{bad, bad, bad, pass, pass}, StateUnhealthy, reasonMismatch, "Health checks failed with these codes: [502]"},
		{"an unhealthy one passes three times", []Outcome{bad, bad, bad, pass, pass, pass}, StateHealthy, "", ""},
	} {
		h := Registered()
		for i, o := range c.outcomes {
			h = h.After(o, config, aTime.Add(time.Duration(i)*time.Second))
		}
		if h.State != c.state || h.Reason != c.reason || h.Text != c.text {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

// A target that fails is being registered at first, then it is being checked, until it is unhealthy.
func TestReasonsOfANewTarget(t *testing.T) {
	refused := Outcome{reason: reasonFailed, text: textFailed}
	for interval, want := range map[time.Duration][]string{
		5 * time.Second:  {reasonRegistering, reasonRegistering, reasonChecking, reasonFailed},
		30 * time.Second: {reasonRegistering, reasonChecking, reasonChecking, reasonFailed},
	} {
		h := Registered()
		for i, reason := range want {
			h = h.After(refused, balancer.HealthCheck{UnhealthyThreshold: 3}, aTime.Add(time.Duration(i)*interval))
			if h.Reason != reason || (h.Text == textChecking) != (reason == reasonChecking) {
				t.Errorf("each %v, after check %d: %+v, want %s", interval, i+1, h, reason)
			}
		}
	}
}

var aTime = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
