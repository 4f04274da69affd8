package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/abandon"
)

// removed is the reason of tasks that end with the emulator; it is the emulator's own, too.
const removed = "ecs-emulator: the emulator was stopped and removed its tasks."

// LivingTasks is the number of tasks that have not ended.
func (e *Engine) LivingTasks() (n int) {
	for _, t := range state.AllTasks(e.Store.Read()) {
		if !t.Ended() {
			n++
		}
	}
	return n
}

// RemoveContainers removes all that there is on the engines.
func (e *Engine) RemoveContainers() error {
	there, err := e.set.Select((*engines.Engine).Ask)
	_, left := e.set.Remove(there)
	if err = errors.Join(err, left); err != nil {
		return fmt.Errorf("containers are left: %w", err)
	}
	return nil
}

// RemoveTasks takes down what shall not outlive the emulator, whose agent has ended. A state that does must
// not take the tasks for failed at the next start. Where tasks are kept, and there are none, what
// is left of those that have ended goes as well: it would keep a range of addresses from others.
func (e *Engine) RemoveTasks() error {
	if !e.KeepsTasks() {
		return e.removeEverything(false)
	}
	if e.LivingTasks() == 0 {
		if err := e.removeEverything(true); err != nil {
			e.Log.Warn("cannot remove everything from the engine: the next start with this data directory takes over the rest", "error", err)
		}
	}
	return nil
}

// removeEverything removes all that there is on the engines; if output that waits to be kept shall
// wait for the next start, only when there is none. On an engine that is not the one of the tasks they go on.
func (e *Engine) removeEverything(waits bool) error {
	ready, err := e.set.Select((*engines.Engine).AskForTasks)
	if len(ready) > 0 {
		if kept := e.readOutput(); kept || !waits {
			var left error
			ready, left = e.set.Remove(ready)
			err = errors.Join(err, left)
		} else {
			ready, err = nil, errors.Join(err, errors.New("their output is not stored yet"))
		}
	}
	if e.DataDir != "" {
		gone := map[string]bool{}
		for _, one := range ready {
			gone[one.Name] = true
		}
		_, ended := abandon.Tasks(e.Store, e.Clock.Now(), removed, func(t *state.Task) bool { return gone[t.Placement.Host] })
		err = errors.Join(err, ended)
	}
	if err != nil {
		return fmt.Errorf("remove containers: %w", err)
	}
	return nil
}

// readTimeout bounds how long their removal waits for their output.
const readTimeout = 30 * time.Second

// readOutput reads the output of containers that are about to be removed, where it outlives them. It
// reports whether all of that is kept.
func (e *Engine) readOutput() bool {
	if e.DataDir == "" && !e.Leaves("logs") {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return e.Agent().ReadLogs(ctx)
}
