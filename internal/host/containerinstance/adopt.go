package containerinstance

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Examine notes which container instances have ended unseen, by the list of the engine's containers. It comes before Adopt,
// which asks the engine nothing.
func (h *Instances) Examine(ctx context.Context, byName map[string]backend.Container) {
	for _, m := range h.Known() {
		if seen := byName[SandboxName(m.arn)]; seen.State != backend.Unseen && !m.Place().stands(seen) {
			m.Examine(ctx)
		}
	}
}

// Adopt takes over the container instances that a former run has left. It takes them out of the list of the engine's
// containers.
func (h *Instances) Adopt(byName map[string]backend.Container) {
	for name, c := range byName {
		if instance := c.Labels[Label]; c.Sandbox && instance != "" {
			if c.State == backend.Unseen {
				h.Of(instance).isLeft()
				h.know(c.ID, instance)
			} else {
				h.Of(instance).adopt(c)
			}
			delete(byName, name)
		}
	}
}

// AdoptNetworks takes over the container instances of which a former run has left the bridge network.
func (h *Instances) AdoptNetworks(networks []backend.Network) {
	for _, n := range networks {
		if instance := n.Labels[Label]; instance != "" {
			h.Of(instance).isLeft()
		}
	}
}

// isLeft notes that something of the container instance is on the engine.
func (m *Instance) isLeft() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.removal.left = true
}

// adopt takes over a sandbox that was listed. It may be gone since: the first task that
// wants to go in finds out. What it does with packets is not known.
func (m *Instance) adopt(c backend.Container) {
	m.all.know(c.ID, m.arn)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.place.Sandbox != "" || m.making != nil {
		if m.runs && m.place.Sandbox == c.ID && m.place.isSince(c.StartedAt) {
			m.all.Interfaces.Found(m.arn, c)
		}
		return
	}
	m.removal.left = true
	m.place = Place{Sandbox: c.ID, Network: name("bridge", m.arn), IP: c.IP, Life: m.place.Life + 1, Since: c.StartedAt}
	m.runs, m.daemons = vpc.Connected(c), m.all.hasDaemons(m.arn)
	m.adopted = m.runs
	m.wanted++
	if m.join(m.place); m.runs {
		m.all.Interfaces.Found(m.arn, c)
	}
}

// Examine asks the engine whether the sandbox has ended.
func (m *Instance) Examine(ctx context.Context) {
	m.mu.Lock()
	p, runs := m.place, m.runs
	m.mu.Unlock()
	if !runs {
		return
	}
	seen, err := m.all.Engine.Inspect(ctx, p.Sandbox)
	if errors.Is(err, backend.ErrNotFound) || err == nil && !p.stands(seen) {
		m.ended(ctx, p.Life, seen)
	}
}

// Tend does what is due after a look at the engine: it tells the rules about packets, which may
// be others than those of the tasks that were found, and removes container instances that are
// not needed.
func (h *Instances) Tend() {
	for _, m := range h.Known() {
		m.directLater()
		h.Reap(m.arn)
	}
}

// directLater tells the engine of packets if it does not know.
func (m *Instance) directLater() {
	m.mu.Lock()
	due := m.runs && (m.told != m.wanted || len(m.unsure) > 0)
	m.mu.Unlock()
	if !due {
		return
	}
	m.all.Engine.Call(enginecall.Finish, func(ctx context.Context) {
		err := errors.Join(m.Direct(ctx), m.directUnsure(ctx))
		if err != nil && !errors.Is(err, backend.ErrNoSandbox) && !m.all.Engine.Lost(err) {
			m.all.Log.Error("cannot open the ports of a container instance", "containerInstance", m.arn, "error", err)
		}
	})
}
