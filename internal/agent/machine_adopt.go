package agent

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
)

// adoptMachines takes over the machines that a former run has left, and notes which have
// ended unseen. They are taken out of the list, and out of what tasks have left.
func (h *host) adoptMachines(ctx context.Context, byName map[string]backend.Container, networks []backend.Network) {
	for _, n := range networks {
		if instance := n.Labels[labelInstance]; instance != "" {
			h.machine(instance).isLeft()
		}
	}
	listed := map[string]backend.Container{}
	for name, c := range byName {
		if instance := c.Labels[labelInstance]; c.Sandbox && instance != "" {
			listed[instance] = c
			if c.State == backend.Unseen {
				h.machine(instance).isLeft()
				h.knowInstance(c.ID, instance)
			} else {
				h.machine(instance).adopt(c)
			}
			delete(byName, name)
		}
	}
	for _, m := range h.allMachines() {
		if seen := listed[m.instance]; seen.State != backend.Unseen && !connected(seen) {
			m.examine(ctx)
		}
	}
}

// examineLater does that for a machine whose sandbox has ended, if it has not been removed
// meanwhile: that is what ends most.
func (h *host) examineLater(ctx context.Context, instance string) {
	m := h.knownMachine(instance)
	if m == nil {
		return
	}
	call := h.agent.calls.Begin(nil, enginecall.CutOff)
	if !h.Engine.Go(func() { defer call.End(); m.examine(ctx) }) {
		call.End()
	}
}

func (h *host) allMachines() []*machine {
	h.machinesMu.Lock()
	defer h.machinesMu.Unlock()
	return slices.Collect(maps.Values(h.machines))
}

// isLeft notes that something of the machine is on the engine.
func (m *machine) isLeft() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.removal.left = true
}

// adopt takes over a sandbox that was listed. It may be gone since: the first task that
// wants to go in finds out. What it does with packets is not known.
func (m *machine) adopt(c backend.Container) {
	m.host.knowInstance(c.ID, m.instance)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.place.sandbox != "" || m.making != nil {
		if m.runs && m.place.sandbox == c.ID {
			m.host.agent.interfaces.Found(m.instance, c.ID)
		}
		return
	}
	m.removal.left = true
	m.place = place{sandbox: c.ID, network: instanceName("bridge", m.instance), ip: c.IP, life: m.place.life + 1}
	m.runs = connected(c)
	m.adopted = m.runs
	m.wanted++
	if m.join(m.place); m.runs {
		m.host.agent.interfaces.Found(m.instance, c.ID)
	}
}

// examine asks the engine whether a sandbox has ended that the list does not have as
// running.
func (m *machine) examine(ctx context.Context) {
	m.mu.Lock()
	p, runs := m.place, m.runs
	m.mu.Unlock()
	if !runs {
		return
	}
	seen, err := m.host.Engine.Inspect(ctx, p.sandbox)
	if errors.Is(err, backend.ErrNotFound) || err == nil && !connected(seen) {
		m.died(true)
	}
}

// tendMachines does what is due after a look at the engine: rules about packets that may be
// others' than those of the tasks that were found, and machines that nobody needs.
func (h *host) tendMachines() {
	for _, m := range h.allMachines() {
		h.directLater(m)
		h.reap(m.instance)
	}
}

// directLater tells the engine of a machine's packets if it does not know.
func (h *host) directLater(m *machine) {
	m.mu.Lock()
	due := m.runs && (m.told != m.wanted || len(m.unsure) > 0)
	m.mu.Unlock()
	if !due {
		return
	}
	call := h.agent.calls.Begin(nil, enginecall.Finish)
	if !h.Engine.Go(func() {
		defer call.End()
		err := errors.Join(m.direct(call), m.directUnsure(call))
		if err != nil && !errors.Is(err, backend.ErrNoSandbox) && !h.Engine.Lost(err) {
			h.agent.Log.Error("cannot open the ports of a container instance", "containerInstance", m.instance, "error", err)
		}
	}) {
		call.End()
	}
}
