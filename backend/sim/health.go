package sim

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/probe"
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
	interval, _ := probe.Timing(check)
	good, bad := c.script.HealthyAfter, c.script.UnhealthyAfter
	if good > 0 || bad > 0 {
		if good == 0 && interval < bad {
			good = interval
		}
		c.health.good = e.planHealth(c, backend.Healthy, good)
		c.health.bad = e.planHealth(c, backend.Unhealthy, bad)
		return
	}
	if _, ok := probe.Port(check.Test); ok {
		c.health.code = 1
		c.net.checkers = append(c.net.checkers, c)
		e.armProbe(c)
		return
	}
	if c.health.code = probe.Fails(check.Test, c.environment()); c.health.code != 0 {
		c.health.bad = e.planHealth(c, backend.Unhealthy, probe.FirstUnhealthy(check))
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

// armProbe has a container's port checked after an interval.
func (e *Engine) armProbe(c *container) {
	if c.health.probe == nil {
		interval, _ := probe.Timing(c.spec.check)
		c.health.probe = e.after(c, interval, e.probePort)
	}
}

// probePort probes, and goes on doing so until the result is beyond doubt; then
// the next change of the sandbox's ports arms it again.
func (e *Engine) probePort(c *container) {
	c.health.probe = nil
	port, _ := probe.Port(c.spec.check.Test)
	if c.net.server(protocolPort{port: port}) != nil {
		c.health.failures = 0
		e.setHealth(c, backend.Healthy)
		return
	}
	_, retries := probe.Timing(c.spec.check)
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
