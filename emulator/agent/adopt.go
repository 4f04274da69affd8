package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// observe takes an event of the engine. It runs on the engine's event goroutine.
func (a *Agent) observe(ctx context.Context, e backend.Event, watch *state.Watch) {
	switch e.Kind {
	case backend.Disconnected:
		a.engineLost(lostError(e.Err))
	case backend.Resync:
		a.resync(ctx, watch)
	case backend.ContainerStarted:
		a.started(ctx, e)
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
	w.set(ctx, w.advance(ctx))
}

// started stops a container that somebody else has started again after its end.
// Source: amazon-ecs-agent, a late RUNNING after STOPPED.
func (a *Agent) started(ctx context.Context, e backend.Event) {
	taskARN, container := nameOf(e.Labels)
	t := a.Store.Read().Task(taskARN)
	if t == nil || !t.Ended() && !slices.ContainsFunc(t.Status.Containers, func(c state.Container) bool {
		return c.Name == container && c.Phase == state.ContainerStopped
	}) {
		return
	}
	a.actions.Go(func() {
		err := a.Engine.Stop(ctx, e.ContainerID, defaultStopTimeout)
		if err != nil && !errors.Is(err, backend.ErrNotFound) && !a.engineLost(err) {
			a.Log.Warn("stopped container was started again and cannot be stopped", "task", taskARN, "container", container, "error", err)
		}
	})
}

// resync takes into account what the engine did while nobody listened: at the
// start, after a lost connection, and now and then. Events that come meanwhile
// wait.
func (a *Agent) resync(ctx context.Context, watch *state.Watch) {
	a.resyncs.Lock()
	defer a.resyncs.Unlock()
	// Rows first: what they name was there before the containers are listed.
	tx := a.Store.Read()
	info, err := a.Engine.Info(ctx)
	var containers []backend.Container
	if err == nil {
		containers, err = a.Engine.List(ctx, nil)
	}
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		a.engineLost(lostError(fmt.Errorf("list containers: %w", err)))
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
		ctx, cancel := callContext(ctx, createSandbox)
		defer cancel()
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
			a.leftovers.adopt(ctx, taskARN, list, volumesOf(now, taskARN, list))
		}
	}
	for _, t := range tx.AllTasks() {
		if !t.Ended() {
			a.adopt(t, seen[t.ARN])
		}
	}
	// Tasks that came while the containers were listed have been woken in vain.
	for _, t := range now.AllTasks() {
		if !t.Ended() {
			watch.Wake(t.ARN)
		}
	}
}

// volumesOf are the volumes of a task that stopped, and may have been forgotten:
// its containers tell of which task definition it was.
func volumesOf(tx *state.Tx, taskARN string, containers map[string]backend.Container) []string {
	for _, c := range containers {
		revision, err := strconv.Atoi(c.Labels[labelRevision])
		if err != nil {
			continue
		}
		spec := &state.TaskSpec{Family: c.Labels[labelFamily], Revision: revision}
		if d := tx.TaskDefinition(arn.ScopeOf(taskARN), spec.Family, revision); d != nil {
			return ownVolumes(&state.Task{ARN: taskARN, Spec: spec}, d.Definition().Volumes)
		}
	}
	return nil
}

// adopt compares what a task's containers are with what was last known of them.
// row is older than seen: only what it names already can be missing. Of what has a
// call under way, that call will tell.
func (a *Agent) adopt(row *state.Task, seen map[string]backend.Container) {
	w := a.lockWork(row.ARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	a.addresses.occupy(w.view.status.Attachment.PrivateIPv4)
	if !w.view.busy[sandboxSubject] {
		w.adoptSandbox(row, seen)
	}
	for i := range w.view.status.Containers {
		c := &w.view.status.Containers[i]
		if w.view.busy[c.Name] {
			continue
		}
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
	s := w.view.status
	sandbox, exists := seen[sandboxContainerName]
	if exists && w.view.sandbox == sandboxNone {
		// It was made, but the store does not know.
		s.SandboxID, w.dirty = sandbox.ID, true
		w.addressIs(sandbox.IP)
		if s.ConnectivityAt.IsZero() {
			s.ConnectivityAt = w.agent.Clock.Now()
		}
		w.view.sandbox = sandboxCreated
	}
	switch {
	case exists && sandbox.State == backend.Running && w.view.sandbox == sandboxCreated:
		s.Attachment.Status, w.dirty = "ATTACHED", true
		w.view.sandbox = sandboxRunning
	case exists && sandbox.State == backend.Running:
	case w.view.sandbox == sandboxRunning && row.Status.SandboxID != "":
		w.died(sandboxContainerName)
	}
	if w.view.sandbox == sandboxRunning && w.shown == state.Running {
		w.agent.hostPorts.open(w.task.ARN, s.SandboxID, w.view.definitions)
	}
}
