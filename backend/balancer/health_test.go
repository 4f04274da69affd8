package balancer

import (
	"testing"
	"time"
)

// The thresholds count in a row, and the first check that passes is enough.
func TestHealthAfterChecks(t *testing.T) {
	pass, timeout, refused, bad := outcome{passed: true}, outcome{reason: reasonTimeout, text: textTimeout}, outcome{reason: reasonFailed, text: textFailed}, mismatch(502)
	config := HealthCheck{HealthyThreshold: 3, UnhealthyThreshold: 2}
	for _, c := range []struct {
		name     string
		outcomes []outcome
		state    string
		reason   string
		text     string
	}{
		{"nothing yet", nil, stateInitial, reasonRegistering, ""},
		{"one passes", []outcome{pass}, stateHealthy, "", ""},
		{"one fails", []outcome{refused}, stateInitial, reasonRegistering, ""},
		{"one fails, one passes", []outcome{refused, pass}, stateHealthy, "", ""},
		{"two fail", []outcome{refused, refused}, stateUnhealthy, reasonFailed, "Health checks failed"},
		{"a healthy one fails once", []outcome{pass, timeout}, stateHealthy, "", ""},
		{"not in a row", []outcome{pass, timeout, pass, timeout}, stateHealthy, "", ""},
		{"a healthy one times out", []outcome{pass, timeout, timeout}, stateUnhealthy, reasonTimeout, "Request timed out"},
		{"the last reason counts", []outcome{timeout, refused, bad}, stateUnhealthy, reasonMismatch, "Health checks failed with these codes: [502]"},
		{"an unhealthy one passes twice", []outcome{bad, bad, pass, pass}, stateUnhealthy, reasonMismatch, "Health checks failed with these codes: [502]"},
		{"an unhealthy one passes three times", []outcome{bad, bad, pass, pass, pass}, stateHealthy, "", ""},
	} {
		h := health{state: stateInitial, reason: reasonRegistering}
		for i, o := range c.outcomes {
			h = h.after(o, config, noon.Add(time.Duration(i)*time.Second))
		}
		if h.state != c.state || h.reason != c.reason || h.text != c.text {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}
