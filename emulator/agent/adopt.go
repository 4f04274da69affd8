package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// observe takes an event of the engine. It runs on the engine's event goroutine.
func (a *Agent) observe(ctx context.Context, e backend.Event, watch *state.Watch) {
	switch e.Kind {
	case backend.Disconnected:
		a.engineLost(lostError(e.Err))
	case backend.Resync:
		a.resync(ctx, watch)
	case backend.ContainerDied:
		a.tell(ctx, e.Labels, func(w *work, container string) { w.died(container) })
	case backend.HealthChanged:
		a.tell(ctx, e.Labels, func(w *work, container string) { w.healthIs(container, e.Health) })
	}
}

// tell passes something about a container to its task's work.
func (a *Agent) tell(ctx context.Context, labels map[string]string, news func(w *work, container string)) {
	taskARN, container := nameOf(labels)
	w := a.lockWork(taskARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	news(w, container)
	w.advance(ctx)
}

// resync takes into account what the engine did while nobody listened: at the
// start, after a lost connection, and now and then. Events that come meanwhile
// wait.
func (a *Agent) resync(ctx context.Context, watch *state.Watch) {
	// Rows first: what they name was there before the containers are listed.
	tx := a.Store.Read()
	info, err := a.Engine.Info(ctx)
	var containers []backend.Container
	if err == nil {
		containers, err = a.Engine.List(ctx, nil)
	}
	if err != nil {
		a.engineLost(err)
		a.Log.Error("containers not listed", "error", err)
		return
	}
	a.mu.Lock()
	if a.lost != nil {
		a.Log.Info("container engine is back")
	}
	a.synced, a.lost, a.info = true, nil, info
	a.mu.Unlock()
	// The network is made before the first task needs it, so that the ranges of
	// subnets stand when they are asked for.
	a.actions.Go(func() {
		if _, err := a.vpcNetwork(ctx); err != nil && !a.engineLost(err) {
			a.Log.Error("no network for tasks", "error", err)
		}
	})

	seen := map[string]map[string]backend.Container{}
	for _, c := range containers {
		taskARN, name := nameOf(c.Labels)
		if seen[taskARN] == nil {
			seen[taskARN] = map[string]backend.Container{}
		}
		seen[taskARN][name] = c
	}
	now := a.Store.Read()
	for taskARN, list := range seen {
		if t := now.Task(taskARN); t == nil || t.Ended() {
			a.leftovers.adopt(ctx, taskARN, list)
		}
	}
	for _, t := range tx.AllTasks() {
		if !t.Ended() {
			a.adopt(t, seen[t.ARN])
			watch.Wake(t.ARN)
		}
	}
}

// adopt compares what a task's containers are with what was last known of them.
// row is older than seen: only what it names already can be missing.
func (a *Agent) adopt(row *state.Task, seen map[string]backend.Container) {
	w := a.lockWork(row.ARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	a.addresses.occupy(w.view.status.Attachment.PrivateIPv4)
	if len(w.view.busy) > 0 {
		return // the calls under way will tell
	}
	w.adoptSandbox(row, seen)
	for i := range w.view.status.Containers {
		c := &w.view.status.Containers[i]
		found, exists := seen[c.Name]
		if exists && c.RuntimeID == "" {
			c.RuntimeID, w.dirty = found.ID, true
		}
		switch {
		case c.Phase == state.ContainerStopped:
		case !exists && c.Phase == state.ContainerRunning:
			w.died(c.Name) // examination finds it vanished
		case !exists && c.Phase == state.ContainerCreated && row.Status.Containers[i].RuntimeID != "":
			c.Phase = state.ContainerPulled
		case exists && !found.StartedAt.IsZero() && c.Phase != state.ContainerRunning:
			// It was started, but the store does not know.
			c.Phase, c.StartedAt = state.ContainerRunning, a.Clock.Now()
			w.dirty = true
			fallthrough
		case exists && c.Phase == state.ContainerRunning:
			if found.State == backend.Exited {
				w.died(c.Name)
			}
			w.healthIs(c.Name, found.Health)
		case exists:
			c.Phase = state.ContainerCreated
		}
	}
}

func (w *work) adoptSandbox(row *state.Task, seen map[string]backend.Container) {
	sandbox, exists := seen[sandboxContainerName]
	switch {
	case exists && sandbox.State == backend.Running:
		if w.view.status.SandboxID == "" {
			w.view.status.SandboxID, w.dirty = sandbox.ID, true
			w.view.status.Attachment.PrivateIPv4 = sandbox.IP
			w.agent.addresses.occupy(sandbox.IP)
		}
		w.view.sandbox = sandboxRunning
	case exists && w.view.sandbox == sandboxNone:
		w.view.status.SandboxID = sandbox.ID
		w.view.sandbox = sandboxCreated
	case w.view.sandbox == sandboxRunning && row.Status.SandboxID != "":
		w.died(sandboxContainerName)
	}
	if w.view.sandbox == sandboxRunning && w.shown == state.Running {
		w.agent.hostPorts.open(w.task.ARN, w.view.status.SandboxID, w.view.definitions)
	}
}

// lostError makes sure that the cause of a lost connection says so.
func lostError(cause error) error {
	if errors.Is(cause, backend.ErrUnavailable) {
		return cause
	}
	return fmt.Errorf("%w: %w", backend.ErrUnavailable, cause)
}
