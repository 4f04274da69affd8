package sim

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// killed is the exit code of a container that had to be killed: 128 + SIGKILL.
const killed = 137

// Stop stops a container. Most are gone at once with their StopCode; what takes
// its time, or ignores the signal, is killed after grace.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.findSettled(ctx, id)
	if err != nil || c.state != backend.Running {
		return err
	}
	run := c.runs
	if e.terminate(c); c.state != backend.Running {
		return nil
	}
	if c.ended == nil {
		c.ended = make(chan struct{})
	}
	patience, cancel := context.WithTimeout(ctx, max(grace, 0))
	defer cancel()
	err = e.wait(patience, c.ended)
	if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		return err // it has ended, the engine is lost, or the caller gave up
	}
	if c.state == backend.Running && c.runs == run {
		e.end(c, killed, false)
	}
	return nil
}

// terminate does what the container does on the stop signal. A second signal
// changes nothing.
func (e *Engine) terminate(c *container) {
	switch {
	case c.script.IgnoreTerm, c.term != nil:
	case c.script.StopDelay <= 0:
		e.end(c, c.script.StopCode, false)
	default:
		run := c.runs
		c.term = time.AfterFunc(c.script.StopDelay, func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			if c.state == backend.Running && c.runs == run {
				e.end(c, c.script.StopCode, false)
			}
		})
	}
}

// end ends the present run of a container or sandbox.
func (e *Engine) end(c *container, code int, oomKilled bool) {
	if oomKilled {
		code = killed
	}
	c.state = backend.Exited
	c.exitCode, c.oomKilled = code, oomKilled
	c.exitedAt = e.clock.Now()
	if c.term != nil {
		c.term.Stop()
		c.term = nil
	}
	stopTimers(&c.life, &c.health.probe, &c.health.good, &c.health.bad)
	if c.spec != nil {
		e.unlisten(c)
		c.net.leave(c)
		e.sockets.End(c.spec.sends, c.spec.router)
	}
	if c.plane != nil {
		e.endLoadBalancer(c)
	}
	c.hangUp()
	c.endSessions()
	if c.ended != nil {
		close(c.ended)
		c.ended = nil
	}
	if c.log != nil {
		c.log.Announce()
	}
	e.emit(c, backend.Event{Kind: backend.ContainerDied, ExitCode: code})
	e.endInside(c)
}

func stopTimers(timers ...*Timer) {
	for _, timer := range timers {
		if *timer != nil {
			(*timer).Stop()
			*timer = nil
		}
	}
}
