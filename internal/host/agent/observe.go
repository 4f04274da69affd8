package agent

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
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
		h.tell(ctx, e.ContainerID, func(w *taskRunner, on plan.Resource) { w.died(on, false) })
	case backend.HealthChanged:
		h.tell(ctx, e.ContainerID, func(w *taskRunner, on plan.Resource) { w.healthIs(on, e.Health) })
		if e.Health == backend.Unhealthy {
			h.keepCheck(ctx, e.ContainerID)
		}
	}
}

// tell passes something about a container to its task's runner.
func (h *host) tell(ctx context.Context, id string, news func(w *taskRunner, on plan.Resource)) {
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
	if on, ok := w.view.Named(s.container); ok && w.view.EngineID(on) == id { // else it has been replaced
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
		c := w.view.Container(s.container)
		stopped := c != nil && c.Phase == state.ContainerStopped
		if is := w.view.State(plan.Sandbox); id == w.view.Status.SandboxID && (is.Exited || w.view.Sandbox == plan.SandboxEnded) {
			w.died(plan.Sandbox, false) // so it is looked at, and stopped
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

// keepCheck keeps what a health check had to say by which a container has become UNHEALTHY.
func (h *host) keepCheck(ctx context.Context, id string) {
	h.Engine.Go(func() {
		seen, err := h.Engine.Inspect(ctx, id)
		if err != nil || seen.LastCheck == (backend.CheckResult{}) {
			return
		}
		h.tell(ctx, id, func(w *taskRunner, on plan.Resource) {
			if on != plan.Sandbox && !w.view.IsProxy(on) {
				w.view.Status.Containers[on.Index].FailedCheck = &state.FailedCheck{
					At: h.agent.Clock.Now(), ExitCode: seen.LastCheck.ExitCode, Output: reason.Cut(w.view.Scrub(seen.LastCheck.Output)),
				}
				w.publication.Touch()
			}
		})
	})
}
