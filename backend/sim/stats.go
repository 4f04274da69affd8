package sim

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/load"
)

// Stats implements backend.Engine.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err != nil {
		return backend.Stats{}, err
	}
	if c.state != backend.Running {
		return backend.Stats{}, daemon.Errorf(backend.ErrNotRunning, "Container %s is not running", c.id)
	}
	return e.measure(c).Stats, nil
}

// Usage implements backend.UsageReader.
func (e *Engine) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	all := make(map[string]backend.Usage, len(ids))
	for _, id := range ids {
		if c := e.containers[id]; c != nil && c.state == backend.Running {
			all[id] = e.measure(c)
		}
	}
	return all, nil
}

// measure tells what a container uses that runs. It gives up the lock for a while.
func (e *Engine) measure(c *container) backend.Usage {
	now := e.clock.Now()
	told := e.told(c, now)
	networked := c.net.network != nil && (c.net.self == c || c.net.self == c.box)
	u := c.meter.Usage(&c.script, told, load.Host{CPUs: e.opts.CPUs, Memory: e.opts.Memory}, networked, now)
	u.ID, u.Name = c.id, "/"+c.name
	return u
}
