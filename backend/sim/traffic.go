package sim

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// SetTraffic says what a running sandbox does with packets. Connections that a sandbox
// has which is cut off end; on Docker they hang.
func (e *Engine) SetTraffic(ctx context.Context, sandboxID string, t backend.Traffic) error {
	return e.change(ctx, sandboxID, func(n *namespace) error {
		if err := t.Check(n.routes != nil); err != nil {
			return err
		}
		if t.CutOff && !n.cutOff {
			e.silence(n)
		}
		n.forwards, n.cutOff = slices.Clone(t.Ports), t.CutOff
		if t.Daemons.IsValid() {
			n.daemons = t.Daemons
		}
		return nil
	})
}

// SetFilter says what the address of a running sandbox takes and sends. Connections that
// are open stay.
func (e *Engine) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	return e.change(ctx, sandboxID, func(n *namespace) error {
		if err := f.Check(n.address); err != nil {
			return err
		}
		n.filter = f
		return nil
	})
}

// change changes the namespace of a sandbox that runs.
func (e *Engine) change(ctx context.Context, sandboxID string, change func(*namespace) error) error {
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
		return daemon.Errorf(backend.ErrNoSandbox, "Container %s is not running", c.id)
	}
	return change(c.net)
}

// silence ends the connections to all that is reached through a namespace.
func (e *Engine) silence(n *namespace) {
	for _, c := range e.containers {
		if c.net == n || c.net.network != nil && c.net.network.router == n {
			c.hangUp()
		}
	}
}
