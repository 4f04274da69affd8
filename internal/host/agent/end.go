package agent

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

// requestStop passes on that the store wants the task to stop.
func (w *taskRunner) requestStop(stop *state.Stop) {
	if stop == nil {
		return
	}
	if own := w.view.Stop; own != nil && stop.At.Before(own.At) {
		w.publication.Ending = false // another stop was first
	}
	w.publication.Stop = true
	w.view.Stop = stop
}

// end stops the task for a reason that the agent found. A reason that came first
// is kept.
func (w *taskRunner) end(code types.TaskStopCode, why string) {
	if w.view.Stop != nil {
		return
	}
	w.view.Stop = &state.Stop{Code: code, Reason: reason.Cut(why), At: w.view.ReportAt(w.host.agent.Clock.Now())}
	if w.view.Stop.At.After(w.host.agent.Clock.Now()) {
		w.view.Status.End = w.view.Stop
	}
	w.publication.Touch()
	w.publication.Ending = true
}

// fail ends a task that could not start.
func (w *taskRunner) fail(why string) { w.end(types.TaskStopCodeTaskFailedToStart, why) }

// skipAll marks all containers as never run.
func (w *taskRunner) skipAll() {
	for i := range w.view.Status.Containers {
		if w.view.Status.Containers[i].Phase != state.ContainerStopped {
			w.containerStopped(i, w.host.agent.Clock.Now())
		}
	}
}

// takeTargets takes over what the store says of the targets. The lock is held.
func (w *taskRunner) takeTargets(t *state.Task) {
	if t.Traffic != nil {
		w.view.Targets.Traffic = *t.Traffic
	}
}

func (w *taskRunner) containerStopped(i int, at time.Time) {
	w.view.StopContainer(i, at)
	w.publication.Touch()
}
