package sim

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Disconnect makes the engine unreachable because of err: calls fail with
// backend.ErrUnavailable, those under way included, and Watch reports
// Disconnected. Containers live on unseen.
func (e *Engine) Disconnect(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lost != nil {
		return
	}
	e.lost = backend.ErrUnavailable
	if err != nil {
		e.lost = fmt.Errorf("%w: %w", backend.ErrUnavailable, err)
	}
	close(e.cut)
	e.loseSessions(e.lost)
	for w := range e.watchers {
		w.add(e.disconnected())
	}
}

// Reconnect ends what Disconnect began. Watch reports Resync.
func (e *Engine) Reconnect() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lost == nil {
		return
	}
	e.lost = nil
	e.cut = make(chan struct{})
	for w := range e.watchers {
		w.add(backend.Event{Kind: backend.Resync, Time: e.clock.Now()})
	}
}

// Exit ends a running container with an exit code, as if its process had ended.
func (e *Engine) Exit(id string, code int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.findAlways(id)
	if err == nil && c.state == backend.Running {
		e.end(c, code, false)
	}
	return err
}

// Crash kills the process of a running container.
func (e *Engine) Crash(ctx context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err == nil && c.state == backend.Running {
		e.end(c, killed, false)
	}
	return err
}

// CutPower ends all that runs, the resolvers of networks included. On Docker, what they were told goes as well.
func (e *Engine) CutPower(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	for _, c := range e.containers {
		if c.state == backend.Running {
			e.end(c, killed, false)
		}
	}
	for _, n := range e.allNetworks() {
		n.endResolver(e)
	}
	return nil
}

// Restart ends a running container or sandbox and starts it again at once, as `docker restart` does. A sandbox
// has another namespace then; the containers that were in the former one stay there.
func (e *Engine) Restart(id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.findAlways(id)
	if err != nil || c.state != backend.Running {
		return err
	}
	e.end(c, killed, false)
	switch {
	case c.spec == nil:
		return e.startSandbox(c)
	case c.plane != nil:
		return e.startLoadBalancer(c)
	}
	does, err := e.scriptOf(c)
	if err != nil {
		return err
	}
	return e.launch(c, does)
}

// SetHealth changes the health of a running container that has a health check.
func (e *Engine) SetHealth(id string, state backend.Health) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.findAlways(id)
	switch {
	case err != nil:
		return err
	case c.health.state == "":
		return fmt.Errorf("container %s has no health check", id)
	case c.state == backend.Running:
		e.setHealth(c, state)
	}
	return nil
}

// findAlways finds a container even while the engine is lost: faults come from
// behind the connection.
func (e *Engine) findAlways(id string) (*container, error) {
	if c := e.containers[id]; c != nil {
		return c, nil
	}
	return nil, noSuchContainer(id)
}
