package agent

import (
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
