package agent

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// Logs passes on the output of a task's container, which may have stopped.
// container may be empty if the task has only one.
func (a *Agent) Logs(ctx context.Context, taskARN, container string, opts backend.LogOptions) error {
	t := state.FindTask(a.Store.Read(), taskARN)
	if t == nil {
		return fmt.Errorf("task %s: %w", arn.Name(taskARN), backend.ErrNotFound)
	}
	h := a.hostOf(t)
	if h == nil {
		return fmt.Errorf("host of task %s: %w", taskARN, backend.ErrNotFound)
	}
	if own := t.OwnContainers(); container == "" && len(own) > 1 {
		var names []string
		for _, c := range own {
			names = append(names, c.Name)
		}
		return fmt.Errorf("task %s has %d containers: name one of %s", arn.Name(taskARN), len(own), strings.Join(names, ", "))
	} else if container == "" && len(own) == 1 {
		container = own[0].Name
	}
	for _, c := range t.Status.Containers {
		if c.Name != container {
			continue
		}
		id := c.EngineID
		if id == "" {
			id = h.engineID(taskARN, c.Name)
		}
		if id == "" {
			return fmt.Errorf("container %s has not been created: %w", c.Name, backend.ErrNotFound)
		}
		return h.Engine.Logs(ctx, id, opts)
	}
	return fmt.Errorf("container %s of task %s: %w", container, arn.Name(taskARN), backend.ErrNotFound)
}

// engineID is the engine ID of a container which the store does not know of yet.
func (h *host) engineID(taskARN, container string) string {
	h.mu.Lock()
	w := h.runners[taskARN]
	h.mu.Unlock()
	if w == nil {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view.Container(container).EngineID
}

// followLeftover reads what is left of the output of a container whose task ended in a former
// run, which may have been killed before it had read all.
func (h *host) followLeftover(taskARN string, c backend.Container) {
	t := state.FindTask(h.agent.Store.Read(), taskARN)
	if t == nil || h.agent.LogSink == nil || c.StartedAt.IsZero() {
		return
	}
	definition := taskdefinition.Find(h.agent.Store.Read(), t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return
	}
	resolved, err := taskdef.ReapplyOverrides(definition.Definition(), t.Spec.Overrides, t.Spec.LaunchType)
	if err != nil {
		return
	}
	definitions := place.WithProxy(resolved.Containers, t)
	for i := range definitions {
		d := &definitions[i]
		if *d.Name == c.Labels[containerlabel.Container] && awslogs.Uses(d) {
			h.logs.Follow(c.ID, awslogs.NewConfig(t.ARN, d, c.ID), false)
		}
	}
}

// listLogs takes note of the containers that the engine has, for the positions of those that are
// gone.
func (h *host) listLogs(ctx context.Context, containers []backend.Container) {
	h.logs.List(containers)
	if h.agent.LogSink == nil {
		return
	}
	awslogs.Retain(ctx, h.agent.LogSink, h.agent.Log, h.agent.logs)
}

// ReadLogs ends the containers whose output is read and reads what they have written, for a caller
// that is about to remove them, and reports whether the sink has taken all of it. Run has ended.
func (a *Agent) ReadLogs(ctx context.Context) bool {
	var reading sync.WaitGroup
	var left atomic.Bool
	for _, h := range a.hosts {
		reading.Go(func() {
			if !h.logs.ReadRest(ctx) {
				left.Store(true)
			}
		})
	}
	reading.Wait()
	return !left.Load()
}
