package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// removal is what is known of how a machine goes. The machine's lock protects it.
type removal struct {
	left  bool // something of the machine may be on the engine
	asked bool // somebody has asked for it while the machine was busy
	pause time.Duration
	retry *clock.Timer // after one that failed; nil if none is due
}

// How soon a removal is tried again that has failed: twice as late each time.
const (
	firstRemovalPause = time.Second
	lastRemovalPause  = time.Minute
)

// reap removes a machine that nobody needs. Whoever takes away what it was needed for
// calls it.
func (h *host) reap(instance string) {
	if instance == "" || h.Engine.Health() != nil || !h.needless(instance) {
		return
	}
	m := h.knownMachine(instance)
	if m == nil {
		return
	}
	attempt := m.seize()
	if attempt == nil {
		return
	}
	call := h.agent.calls.Begin(nil, enginecall.Finish)
	if !h.Engine.Go(func() {
		defer call.End()
		m.end(call, attempt)
	}) {
		call.End()
	}
}

// needless reports whether nothing needs the machine of a container instance: its agent is
// not connected, because the EC2 instance is switched off or gone or somebody keeps it
// away, and all its tasks have ended. What these have left needs none: it does not run.
func (h *host) needless(instance string) bool {
	tx := h.agent.Store.Read()
	row := state.FindContainerInstance(tx, instance)
	if row != nil && row.Status != state.InstanceInactive && row.AgentConnected || len(state.InstanceTasks(tx, instance)) > 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.works {
		if w.task.Placement.ContainerInstance == instance {
			return false
		}
	}
	return !h.leftovers.sweeping()
}

// seize keeps everybody from the machine until its removal is over; nil if it is busy.
func (m *machine) seize() *making {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.making != nil {
		m.removal.asked = true
		return nil
	}
	m.making = &making{done: make(chan struct{})}
	return m.making
}

// end removes the machine, unless a task came before it was seized.
func (m *machine) end(ctx context.Context, attempt *making) {
	h := m.host
	if h.needless(m.instance) {
		err := m.remove(ctx)
		if err != nil && !h.Engine.Lost(err) {
			h.agent.Log.Warn("cannot remove the sandbox of a container instance; retrying", "containerInstance", m.instance, "error", err)
			m.removeLater()
		}
	}
	m.finish(attempt, nil)
}

// remove takes the machine off the engine: first what is on its network.
func (m *machine) remove(ctx context.Context) error {
	h := m.host
	m.mu.Lock()
	p, left := m.place, m.removal.left
	m.runs = false // its end is no news
	m.mu.Unlock()
	if p.sandbox != "" {
		if err := m.discard(ctx, p); err != nil {
			return err
		}
	}
	if left {
		if err := h.Engine.RemoveNetwork(ctx, instanceName("bridge", m.instance)); err != nil {
			return fmt.Errorf("remove the bridge network of the container instance: %w", err)
		}
	}
	m.mu.Lock()
	m.removal = removal{asked: m.removal.asked}
	m.mu.Unlock()
	h.capacity.release(m.instance)
	row := state.FindContainerInstance(h.agent.Store.Read(), m.instance)
	if row == nil || row.Status == state.InstanceInactive {
		h.machinesMu.Lock()
		defer h.machinesMu.Unlock()
		delete(h.machines, m.instance)
	}
	return nil
}

// removeLater tries the removal again.
func (m *machine) removeLater() {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &m.removal
	r.pause = min(max(2*r.pause, firstRemovalPause), lastRemovalPause)
	if r.retry != nil {
		r.retry.Stop()
	}
	r.retry = m.host.agent.Clock.AfterFunc(r.pause, func() { m.host.reap(m.instance) })
}

// leaveAlone has nothing tried again.
func (m *machine) leaveAlone() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.removal.retry != nil {
		m.removal.retry.Stop()
	}
}
