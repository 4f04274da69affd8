package agent

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Exec runs a program in a container of a task; see [backend.Executor].
func (a *Agent) Exec(ctx context.Context, taskARN, container string, spec backend.ExecSpec) (backend.Session, error) {
	t := state.FindTask(a.Store.Read(), taskARN)
	if t == nil {
		return nil, fmt.Errorf("task %s: %w", arn.Name(taskARN), backend.ErrNotFound)
	}
	h := a.hostOf(t)
	c := t.Status.Container(container)
	if h == nil || c == nil {
		return nil, fmt.Errorf("container %s of task %s: %w", container, arn.Name(taskARN), backend.ErrNotFound)
	}
	id := c.EngineID
	if id == "" {
		id = h.engineID(taskARN, container)
	}
	if id == "" {
		return nil, backend.ErrNotRunning
	}
	return h.Engine.Exec(ctx, id, spec)
}

// LookAtExecAgents has faults of execute command agents begin and end.
func (a *Agent) LookAtExecAgents() {
	for _, t := range state.AllTasks(a.Store.Read()) {
		if t.Spec.EnableExecuteCommand && !t.Ended() {
			a.watch.Wake(t.ARN)
		}
	}
}
