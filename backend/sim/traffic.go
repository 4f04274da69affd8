package sim

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// SetTraffic says what a running sandbox does with packets. Connections that a sandbox
// has which is cut off end; on Docker they hang.
func (e *Engine) SetTraffic(ctx context.Context, sandboxID string, t backend.Traffic) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	c, err := e.sandbox(sandboxID)
	switch {
	case err != nil:
		return err
	case c.state != backend.Running:
		return daemonError(backend.ErrNoSandbox, "Container %s is not running", c.id)
	}
	if err := t.Check(c.net.routes != nil); err != nil {
		return err
	}
	if t.CutOff && !c.net.cutOff {
		e.silence(c.net)
	}
	c.net.forwards, c.net.cutOff = slices.Clone(t.Ports), t.CutOff
	return nil
}

// SetFilter says what the address of a running sandbox takes and sends. Connections that
// are open stay.
func (e *Engine) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	c, err := e.sandbox(sandboxID)
	switch {
	case err != nil:
		return err
	case c.state != backend.Running:
		return daemonError(backend.ErrNoSandbox, "Container %s is not running", c.id)
	}
	if err := f.Check(c.net.address); err != nil {
		return err
	}
	c.net.filter = f
	return nil
}

// silence ends the connections to all that is reached through a namespace.
func (e *Engine) silence(n *namespace) {
	for _, c := range e.containers {
		if c.net == n || c.net.network != nil && c.net.network.router == n {
			c.hangUp()
		}
	}
}
