// Package probe judges health checks by what is known of their tests, without running them.
package probe

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// What Docker assumes for a health check that leaves them open.
const (
	defaultInterval = 30 * time.Second
	defaultRetries  = 3
)

// Timing is how often a test runs, and how many failures in a row make its container unhealthy.
func Timing(check *backend.HealthCheck) (interval time.Duration, retries int) {
	interval, retries = check.Interval, check.Retries
	if interval <= 0 {
		interval = defaultInterval
	}
	if retries <= 0 {
		retries = defaultRetries
	}
	return interval, retries
}

// FirstUnhealthy is when a test that always fails makes its container unhealthy.
// Probes run every interval; failures before StartPeriod don't count.
func FirstUnhealthy(check *backend.HealthCheck) time.Duration {
	interval, retries := Timing(check)
	uncounted := max((check.StartPeriod+interval-1)/interval, 1) - 1
	return (uncounted + time.Duration(retries)) * interval
}

// Fails tells with which code a test is known to fail always; 0 is not known to.
func Fails(test []string, env script.Environment) (code int) {
	words := test[1:]
	if test[0] == "CMD-SHELL" {
		words = []string{"sh", "-c", strings.Join(words, " ")}
	}
	does, ok := script.Run(words, env)
	if !ok && len(words) > 1 {
		does, ok = script.Run(words[1:], env)
	}
	if !ok || does.Exit == nil {
		return 0
	}
	return does.Exit.Code
}

// Port is the port that a test with "check <url>" in it asks for.
func Port(test []string) (int, bool) {
	words := strings.Fields(strings.Join(test, " "))
	i := slices.Index(words, "check")
	if i < 0 || i+1 >= len(words) {
		return 0, false
	}
	_, port, ok := script.Target(words[i+1])
	return port, ok
}
