package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
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

func (e *Engine) RemoveContainers() error {
	_, err := e.ask()
	if err == nil {
		err = e.removeContainers()
	}
	if err != nil {
		return fmt.Errorf("containers are left: %w", err)
	}
	return nil
}

// RemoveTasks takes down what shall not outlive the emulator, whose agent has ended. A state that does must
// not take the tasks for failed at the next start. Where tasks are kept, and there are none, what
// is left of those that have ended goes as well: it would keep a range of addresses from others.
func (e *Engine) RemoveTasks() error {
	if !e.Keep {
		return e.removeEverything(false)
	}
	if e.LivingTasks() == 0 {
		if err := e.removeEverything(true); err != nil {
			e.Log.Warn("cannot remove everything from the engine: the next start with this data directory takes over the rest", "error", err)
		}
	}
	return nil
}

// removeEverything removes all that there is on the engine; if output that waits to be kept shall
// wait for the next start, only when there is none.
func (e *Engine) removeEverything(waits bool) error {
	info, err := e.ask()
	if err == nil {
		err = e.admit(info) // on another engine the tasks go on
	}
	if err == nil {
		if kept := e.readOutput(); kept || !waits {
			err = e.removeContainers()
		} else {
			err = errors.New("their output is not stored yet")
		}
	}
	if err != nil {
		return fmt.Errorf("remove containers: %w", err)
	}
	if e.DataDir == "" {
		return nil
	}
	_, err = abandon.Tasks(e.Store, e.Clock.Now(), removed)
	return err
}

const (
	// readTimeout bounds how long their removal waits for their output.
	readTimeout = 30 * time.Second
	// removeTimeout bounds the removal of all containers.
	removeTimeout = 10 * time.Minute
)

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

// ask comes before removeContainers, which may take long: an engine that does not
// even say what it is removes nothing.
func (e *Engine) ask() (backend.Info, error) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	return e.engine.Info(ctx)
}

func (e *Engine) removeContainers() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	return e.engine.RemoveAll(ctx)
}
