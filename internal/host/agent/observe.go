package agent

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// observe takes an event of the engine; they come one after the other.
func (h *host) observe(ctx context.Context, e backend.Event) {
	switch e.Kind {
	case backend.Disconnected:
		h.Engine.Lose(e.Err)
	case backend.Resync:
		h.resync(ctx)
	case backend.ContainerStarted:
		h.started(ctx, e.ContainerID)
	case backend.ContainerDied, backend.NetworkLost: // the look at it finds out which
		h.tell(ctx, e.ContainerID, func(w *taskRunner, on resource) { w.died(on, false) })
	case backend.HealthChanged:
		h.tell(ctx, e.ContainerID, func(w *taskRunner, on resource) { w.healthIs(on, e.Health) })
	}
}

// tell passes something about a container to its task's runner.
func (h *host) tell(ctx context.Context, id string, news func(w *taskRunner, on resource)) {
	s, known := h.subject(id)
	if !known {
		_ = h.instances.Ended(ctx, id) || h.balancers.Ended(id)
		return
	}
	w := h.lockTask(s.taskARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	if on, ok := w.view.named(s.container); ok && w.view.engineID(on) == id { // else it has been replaced
		news(w, on)
	}
	w.advance(ctx) // in any case: a runner without anything to do goes
}

// started stops a container or sandbox that a user has started again after its end. One
// that is not known yet may be about to be made for a task; the next resync finds any
// other.
// Source: amazon-ecs-agent, a late RUNNING after STOPPED.
func (h *host) started(ctx context.Context, id string) {
	s, known := h.subject(id)
	if !known && (h.instances.Began(id) || !h.leftovers.Holds(id)) {
		return
	}
	if known {
		w := h.lockTask(s.taskARN)
		if w == nil {
			return
		}
		c := w.view.container(s.container)
		stopped := c != nil && c.Phase == state.ContainerStopped
		if is := w.view.state(theSandbox); id == w.view.status.SandboxID && (is.exited || w.view.sandbox == sandboxEnded) {
			w.died(theSandbox, false) // so it is looked at, and stopped
		}
		w.advance(ctx)
		w.mu.Unlock()
		if !stopped {
			return
		}
	}
	h.Engine.Go(func() {
		err := h.Engine.Stop(ctx, id, defaultStopTimeout)
		if err != nil && ctx.Err() == nil && !errors.Is(err, backend.ErrNotFound) && !h.Engine.Lost(err) {
			h.agent.Log.Warn("cannot stop a container that was started again", "container", id, "error", err)
		}
	})
}
