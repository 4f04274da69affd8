package agent

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// defaultStopTimeout is what a container gets that asks for nothing.
// Source: ECS API reference, ContainerDefinition.stopTimeout.
const defaultStopTimeout = 30 * time.Second

// readPatience is how much longer than its grace the stop of a container may take until it counts as stuck, and its log router as
// one that reads nothing: Docker 20.10 does not get to the end of a container before its log driver has written the line that it
// has begun. The agent has more: it tries a stop five times, each for the stopTimeout and two minutes, takes the container for
// stopped and goes on with the router. Here the router has to be gone before a container that does not stop is removed, without
// its exit code. Source: amazon-ecs-agent, stopDockerContainer, stopContainerTimeoutBuffer.
const readPatience = 30 * time.Second

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
	if c := &w.view.Status.Containers[i]; !plan.MayStop(c.Name, &w.view) {
		grace = min(grace, defaultStopTimeout) // those that it keeps from stopping are given up after a while
		h.agent.Log.Warn("containers do not stop, as their log router may read nothing: stopping it", "task", w.task.ARN, "container", c.Name)
	}
	w.asksToStop(i, grace)
	stop := h.Engine.Stop
	if firelens.Uses(&w.view.Definitions[i]) {
		stop = w.watchedStop(i)
	}
	examine, proxy := w.examine(i), w.view.IsProxy(plan.Container(i))
	return func(ctx context.Context) func() {
		h.ports.Await(ctx)
		if proxy {
			h.agent.proxyEnds(ctx, w.task.ARN)
		}
		err := stop(ctx, id, grace)
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

// watchedStop asks the engine to stop a container, and marks that as stuck when it takes too long: from the engine's call on, which
// may have waited for others, and in real time, in which engines count, also where the emulator's clock runs fast or stands still.
func (w *taskRunner) watchedStop(i int) func(ctx context.Context, id string, grace time.Duration) error {
	return func(ctx context.Context, id string, grace time.Duration) error {
		var over atomic.Bool
		defer over.Store(true)
		defer time.AfterFunc(grace+readPatience, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			if !over.Load() { // not while this waited for the lock
				w.view.State(plan.Container(i)).Stuck = true
				w.advance(w.host.Engine.Life())
			}
		}).Stop()
		return w.host.Engine.Stop(ctx, id, grace)
	}
}
