package agent

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

// defaultStopTimeout is what a container gets that asks for nothing.
// Source: ECS API reference, ContainerDefinition.stopTimeout.
const defaultStopTimeout = 30 * time.Second

// stop ends a container. One that the engine cannot stop is removed by force: a task
// is not STOPPED while a process of its own still runs.
func (w *taskRunner) stop(i int) run {
	h, id, grace := w.host, w.view.Status.Containers[i].EngineID, defaultStopTimeout
	if t := w.view.Definitions[i].StopTimeout; t != nil {
		grace = time.Duration(*t) * time.Second
	}
	if w.instance != nil && w.view.Stop.Code == types.TaskStopCodeTerminationNotice {
		grace = 0 // its host is switched off
	}
	w.view.State(plan.Container(i)).StopBy = w.view.Now.Add(grace)
	if c := &w.view.Status.Containers[i]; !plan.MayStop(c.Name, &w.view) {
		h.agent.Log.Warn("containers do not stop, as their log router may read nothing: stopping it", "task", w.task.ARN, "container", c.Name)
	}
	examine, proxy := w.examine(i), w.view.IsProxy(plan.Container(i))
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
			w.view.Status.Containers[i].Reason = reason.Cut(w.view.Scrub("CannotStopContainerError: " + err.Error()))
			w.containerStopped(i, h.agent.Clock.Now())
		}
	}
}
