package containerinstance

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// removal is what is known of how a container instance goes. The lock of Instance protects it.
type removal struct {
	left  bool // something of it may be on the engine
	asked bool // it was asked for while the container instance was busy
	pause time.Duration
	retry *clock.Timer // after one that failed; nil if none is due
}

// How soon a removal is tried again that has failed: twice as late each time.
const (
	firstRemovalPause = time.Second
	lastRemovalPause  = time.Minute
)

// Reap removes a container instance that is not needed. It is called when something is taken away
// that it was needed for; an empty ARN is harmless.
func (h *Instances) Reap(instance string) {
	if instance == "" || h.Engine.Health() != nil || !h.needless(instance) {
		return
	}
	m := h.known(instance)
	if m == nil {
		return
	}
	if attempt := m.seize(); attempt != nil {
		h.Engine.Call(enginecall.Finish, func(ctx context.Context) { m.end(ctx, attempt) })
	}
}

// needless reports whether nothing needs the sandbox of a container instance: its agent is not
// connected, because the EC2 instance is switched off or gone or the agent is kept away, and all
// its tasks have ended. What these have left needs none: it does not run.
func (h *Instances) needless(instance string) bool {
	tx := h.Store.Read()
	row := state.FindContainerInstance(tx, instance)
	if row != nil && row.Status != state.InstanceInactive && row.AgentConnected || len(state.InstanceTasks(tx, instance)) > 0 {
		return false
	}
	return !h.Tasks.Need(instance)
}

// seize keeps tasks from the container instance until its removal is over; nil if it is busy.
func (m *Instance) seize() *making {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.making != nil {
		m.removal.asked = true
		return nil
	}
	m.making = &making{done: make(chan struct{})}
	return m.making
}

// end removes it, unless a task came before it was seized.
func (m *Instance) end(ctx context.Context, attempt *making) {
	h := m.all
	if h.needless(m.arn) {
		err := m.remove(ctx)
		if err != nil && !h.Engine.Lost(err) {
			h.Log.Warn("cannot remove the sandbox of a container instance; retrying", "containerInstance", m.arn, "error", err)
			m.removeLater()
		}
	}
	m.finish(attempt, nil)
}

// remove takes it off the engine: first what is on its network.
func (m *Instance) remove(ctx context.Context) error {
	h := m.all
	m.mu.Lock()
	p, left := m.place, m.removal.left
	m.runs = false // its end is no news
	m.mu.Unlock()
	if p.Sandbox != "" {
		if err := m.discard(ctx, p); err != nil {
			return err
		}
	} else {
		h.Interfaces.Leave(m.arn) // it was but expected
	}
	if left {
		if err := h.Engine.RemoveNetwork(ctx, name("bridge", m.arn)); err != nil {
			return fmt.Errorf("remove the bridge network of the container instance: %w", err)
		}
	}
	m.mu.Lock()
	m.removal = removal{asked: m.removal.asked}
	m.mu.Unlock()
	h.memory.release(m.arn)
	row := state.FindContainerInstance(h.Store.Read(), m.arn)
	if row == nil || row.Status == state.InstanceInactive {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.instances, m.arn)
	}
	return nil
}

// removeLater tries the removal again.
func (m *Instance) removeLater() {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &m.removal
	r.pause = min(max(2*r.pause, firstRemovalPause), lastRemovalPause)
	if r.retry != nil {
		r.retry.Stop()
	}
	r.retry = m.all.Clock.AfterFunc(r.pause, func() { m.all.Reap(m.arn) })
}

// stopTimer has nothing tried again.
func (m *Instance) stopTimer() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.removal.retry != nil {
		m.removal.retry.Stop()
	}
}
