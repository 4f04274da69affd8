package dataplane

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// The thresholds count in a row, and the first check that passes is enough.
func TestHealthAfterChecks(t *testing.T) {
	pass, timeout, refused, bad := outcome{passed: true}, outcome{reason: reasonTimeout, text: textTimeout}, outcome{reason: reasonFailed, text: textFailed}, mismatch(502)
	config := balancer.HealthCheck{HealthyThreshold: 3, UnhealthyThreshold: 2}
	for _, c := range []struct {
		name     string
		outcomes []outcome
		state    string
		reason   string
		text     string
	}{
		{"nothing yet", nil, stateInitial, reasonRegistering, textRegistering},
		{"one passes", []outcome{pass}, stateHealthy, "", ""},
		{"one fails", []outcome{refused}, stateInitial, reasonRegistering, textRegistering},
		{"one fails, one passes", []outcome{refused, pass}, stateHealthy, "", ""},
		{"two fail, of which the first comes with the registration", []outcome{refused, refused}, stateInitial, reasonRegistering, textRegistering},
		{"two fail after that", []outcome{refused, refused, refused}, stateUnhealthy, reasonFailed, "Health checks failed"},
		{"a healthy one fails once", []outcome{pass, timeout}, stateHealthy, "", ""},
		{"not in a row", []outcome{pass, timeout, pass, timeout}, stateHealthy, "", ""},
		{"a healthy one times out", []outcome{pass, timeout, timeout}, stateUnhealthy, reasonTimeout, "Request timed out"},
		{"the last reason counts", []outcome{timeout, timeout, refused, bad}, stateUnhealthy, reasonMismatch, "Health checks failed with these codes: [502]"},
		{"an unhealthy one passes twice", []outcome{bad, bad, bad, pass, pass}, stateUnhealthy, reasonMismatch, "Health checks failed with these codes: [502]"},
		{"an unhealthy one passes three times", []outcome{bad, bad, bad, pass, pass, pass}, stateHealthy, "", ""},
	} {
		h := registered()
		for i, o := range c.outcomes {
			h = h.after(o, config, noon.Add(time.Duration(i)*time.Second))
		}
		if h.state != c.state || h.reason != c.reason || h.text != c.text {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

// A target that fails is being registered at first, then it is being checked, until it is unhealthy.
func TestReasonsOfANewTarget(t *testing.T) {
	refused := outcome{reason: reasonFailed, text: textFailed}
	for interval, want := range map[time.Duration][]string{
		5 * time.Second:  {reasonRegistering, reasonRegistering, reasonChecking, reasonFailed},
		30 * time.Second: {reasonRegistering, reasonChecking, reasonChecking, reasonFailed},
	} {
		h := registered()
		for i, reason := range want {
			h = h.after(refused, balancer.HealthCheck{UnhealthyThreshold: 3}, noon.Add(time.Duration(i)*interval))
			if h.reason != reason || (h.text == textChecking) != (reason == reasonChecking) {
				t.Errorf("each %v, after check %d: %+v, want %s", interval, i+1, h, reason)
			}
		}
	}
}
