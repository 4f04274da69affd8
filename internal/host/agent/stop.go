package agent

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// requestStop passes on that the store wants the task to stop.
func (w *taskRunner) requestStop(stop *state.Stop) {
	if stop == nil {
		return
	}
	if own := w.view.stop; own != nil && stop.At.Before(own.At) {
		w.publication.Ending = false // another stop was first
	}
	w.publication.Stop = true
	w.view.stop = stop
}

// end stops the task for a reason that the agent found. A reason that came first
// is kept.
func (w *taskRunner) end(code types.TaskStopCode, reason string) {
	if w.view.stop != nil {
		return
	}
	w.view.stop = &state.Stop{Code: code, Reason: cut(reason), At: w.view.reportAt(w.host.agent.Clock.Now())}
	if w.view.stop.At.After(w.host.agent.Clock.Now()) {
		w.view.status.End = w.view.stop
	}
	w.publication.Touch()
	w.publication.Ending = true
}

// fail ends a task that could not start.
func (w *taskRunner) fail(reason string) { w.end(types.TaskStopCodeTaskFailedToStart, reason) }

// skipAll marks all containers as never run.
func (w *taskRunner) skipAll() {
	for i := range w.view.status.Containers {
		if w.view.status.Containers[i].Phase != state.ContainerStopped {
			w.containerStopped(i, w.host.agent.Clock.Now())
		}
	}
}

// takeTargets takes over what the store says of the targets. The lock is held.
func (w *taskRunner) takeTargets(t *state.Task) {
	if t.Traffic != nil {
		w.view.targets.traffic = *t.Traffic
	}
}

// defaultStopTimeout is what a container gets that asks for nothing.
// Source: ECS API reference, ContainerDefinition.stopTimeout.
const defaultStopTimeout = 30 * time.Second

// stop ends a container. One that the engine cannot stop is removed by force: a task
// is not STOPPED while a process of its own still runs.
func (w *taskRunner) stop(i int) run {
	h, id, grace := w.host, w.view.status.Containers[i].EngineID, defaultStopTimeout
	if t := w.view.definitions[i].StopTimeout; t != nil {
		grace = time.Duration(*t) * time.Second
	}
	if w.instance != nil && w.view.stop.Code == types.TaskStopCodeTerminationNotice {
		grace = 0 // its host is switched off
	}
	examine, proxy := w.examine(i), w.view.isProxy(theContainer(i))
	return func(ctx context.Context) func() {
		h.ports.Await(ctx)
		if proxy {
			h.agent.proxyEnds(ctx, w.task.ARN)
		}
		err := h.Engine.Stop(ctx, id, grace)
		if err == nil || errors.Is(err, backend.ErrNotFound) {
			return examine(ctx)
		}
		if errors.Is(err, backend.ErrUnavailable) || ctx.Err() != nil {
			return func() { h.Engine.Lost(err) }
		}
		h.agent.Log.Error("cannot stop a container: removing it", "container", id, "error", w.said(err))
		removed := h.Engine.Remove(ctx, id)
		if removed != nil {
			return w.unanswered(ctx, "cannot remove a container", removed)
		}
		return func() {
			w.view.status.Containers[i].Reason = cut(w.view.scrub("CannotStopContainerError: " + err.Error()))
			w.containerStopped(i, h.agent.Clock.Now())
		}
	}
}
