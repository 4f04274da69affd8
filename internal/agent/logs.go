package agent

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// logDriver is where a container's output goes: to the engine's own log, also for awslogs, from
// where a logReader takes it; else to the driver that is named, with its options.
func logDriver(l *types.LogConfiguration) backend.Log {
	switch {
	case l == nil:
		return backend.Log{}
	case l.LogDriver == types.LogDriverAwslogs:
		return backend.Log{Ample: true}
	}
	return backend.Log{Driver: string(l.LogDriver), Options: l.Options}
}

// Logs passes on the output of a task's container, which may have stopped.
// container may be empty if the task has only one.
func (a *Agent) Logs(ctx context.Context, taskARN, container string, opts backend.LogOptions) error {
	t := a.Store.Read().Task(taskARN)
	if t == nil {
		return fmt.Errorf("task %s: %w", taskARN, backend.ErrNotFound)
	}
	h := a.hostOf(t)
	if h == nil {
		return fmt.Errorf("host of task %s: %w", taskARN, backend.ErrNotFound)
	}
	list := t.Status.Containers
	if container == "" && len(list) > 1 {
		return fmt.Errorf("task %s has %d containers: name one", taskARN, len(list))
	}
	for _, c := range list {
		if container != "" && c.Name != container {
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
	return fmt.Errorf("container %s of task %s: %w", container, taskARN, backend.ErrNotFound)
}

// engineID is that of a container which the store does not know of yet.
func (h *host) engineID(taskARN, container string) string {
	h.mu.Lock()
	w := h.works[taskARN]
	h.mu.Unlock()
	if w == nil {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view.container(container).EngineID
}
