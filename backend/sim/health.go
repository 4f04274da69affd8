package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
)

// What Docker assumes for a health check that leaves them open.
const (
	probeInterval = 30 * time.Second
	probeRetries  = 3
)

// health is the health of a container that has a check.
type health struct {
	state     backend.Health
	failures  int   // probes in a row
	code      int   // with which its test fails; 0 is not known
	probe     Timer // the next probe of a port; nil while nothing can change
	good, bad Timer // changes that are known beforehand
}

// watchHealth sets the health of a container that starts, and a timer for when it
// changes. Tests are not run but judged: one that the engine knows to fail (false,
// exit 1) makes the container unhealthy when enough probes have failed, "check
// <url>" passes while a container serves the port, any other passes.
func (e *Engine) watchHealth(c *container) {
	check := c.spec.check
	if check == nil || len(check.Test) == 0 || check.Test[0] == "NONE" {
		return
	}
	c.health = health{state: backend.Starting}
	interval, _ := probing(check)
	good, bad := c.script.HealthyAfter, c.script.UnhealthyAfter
	if good > 0 || bad > 0 {
		if good == 0 && interval < bad {
			good = interval
		}
		c.health.good = e.planHealth(c, backend.Healthy, good)
		c.health.bad = e.planHealth(c, backend.Unhealthy, bad)
		return
	}
	if _, ok := checkedPort(check.Test); ok {
		c.health.code = 1
		c.net.checkers = append(c.net.checkers, c)
		e.armProbe(c)
		return
	}
	if c.health.code = testFails(check.Test, c.environment()); c.health.code != 0 {
		c.health.bad = e.planHealth(c, backend.Unhealthy, firstUnhealthy(check))
		return
	}
	c.health.good = e.planHealth(c, backend.Healthy, interval)
}

// planHealth changes the health at a time that is known beforehand: an idle
// container costs no probes. After 0 is never.
func (e *Engine) planHealth(c *container, state backend.Health, after time.Duration) Timer {
	if after <= 0 {
		return nil
	}
	return e.after(c, after, func(c *container) { e.setHealth(c, state) })
}

func (e *Engine) setHealth(c *container, state backend.Health) {
	if c.health.state != state {
		c.health.state = state
		e.emit(c, backend.Event{Kind: backend.HealthChanged, Health: state})
	}
}

func probing(check *backend.HealthCheck) (interval time.Duration, retries int) {
	interval, retries = check.Interval, check.Retries
	if interval <= 0 {
		interval = probeInterval
	}
	if retries <= 0 {
		retries = probeRetries
	}
	return interval, retries
}

// firstUnhealthy is when a test that always fails makes its container unhealthy.
// Probes run every interval; failures before StartPeriod don't count.
func firstUnhealthy(check *backend.HealthCheck) time.Duration {
	interval, retries := probing(check)
	uncounted := max((check.StartPeriod+interval-1)/interval, 1) - 1
	return (uncounted + time.Duration(retries)) * interval
}

// testFails tells with which code a test is known to fail always; 0 is not known to.
func testFails(test []string, env environment) (code int) {
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

// checkedPort is the port that a test with "check <url>" in it asks for.
func checkedPort(test []string) (int, bool) {
	words := strings.Fields(strings.Join(test, " "))
	i := slices.Index(words, "check")
	if i < 0 || i+1 >= len(words) {
		return 0, false
	}
	_, port, ok := script.Target(words[i+1])
	return port, ok
}

// armProbe has a container's port checked after an interval.
func (e *Engine) armProbe(c *container) {
	if c.health.probe == nil {
		interval, _ := probing(c.spec.check)
		c.health.probe = e.after(c, interval, e.probePort)
	}
}

// probePort probes, and goes on doing so until the result is beyond doubt; then
// the next change of the sandbox's ports arms it again.
func (e *Engine) probePort(c *container) {
	c.health.probe = nil
	port, _ := checkedPort(c.spec.check.Test)
	if c.net.server(protocolPort{port: port}) != nil {
		c.health.failures = 0
		e.setHealth(c, backend.Healthy)
		return
	}
	_, retries := probing(c.spec.check)
	inStartPeriod := e.clock.Now().Sub(c.startedAt) < c.spec.check.StartPeriod
	if c.health.state != backend.Starting || !inStartPeriod {
		c.health.failures++
	}
	if c.health.failures >= retries {
		e.setHealth(c, backend.Unhealthy)
		return
	}
	e.armProbe(c)
}
