package agent

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// reap removes a machine whose container instance is no longer registered, when nothing
// of its tasks is left. Whoever takes away the last thing calls it.
func (h *host) reap(instance string) {
	if instance == "" || h.health() != nil || !h.over(instance) {
		return
	}
	m := h.machine(instance)
	m.mu.Lock()
	if m.gone || m.making != nil {
		m.mu.Unlock()
		return
	}
	attempt := &making{done: make(chan struct{})}
	m.making, m.gone = attempt, true
	m.mu.Unlock()
	call := h.agent.calls.begin(&chain{}, true)
	if !h.spawn(func() {
		defer call.end()
		_, err := m.finish(attempt, m.remove(call))
		if err != nil && !h.engineLost(err) {
			h.agent.Log.Warn("container instance not removed from the engine; it is tried again", "containerInstance", instance, "error", err)
		}
	}) {
		call.end()
	}
}

// over reports whether a container instance is gone, with all that its tasks have left.
func (h *host) over(instance string) bool {
	tx := h.agent.Store.Read()
	row := tx.ContainerInstance(instance)
	if row != nil && row.Status != state.InstanceInactive || len(tx.InstanceTasks(instance)) > 0 {
		return false
	}
	h.mu.Lock()
	for _, w := range h.works {
		if w.task.Placement.ContainerInstance == instance {
			h.mu.Unlock()
			return false
		}
	}
	h.mu.Unlock()
	return !h.leftovers.of(instance)
}

// remove takes the machine off the engine. Its network may be there without a sandbox: an
// emulator was killed between the two.
func (m *machine) remove(ctx context.Context) error {
	h, p := m.host, m.where()
	var err error
	if p.sandbox != "" {
		err = h.Engine.Remove(ctx, p.sandbox)
	}
	if err == nil {
		err = h.Engine.RemoveNetwork(ctx, instanceName("bridge", m.instance))
	}
	if err != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.gone = false
		return err
	}
	h.forget(p.sandbox)
	h.capacity.release(m.instance)
	h.machinesMu.Lock()
	defer h.machinesMu.Unlock()
	delete(h.machines, m.instance)
	return nil
}
