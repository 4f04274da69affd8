package agent

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/reason"
)

// Absence says what becomes of the tasks of a host whose engine has not answered for a while. Tasks on container instances
// that are switched off or gone end without the engine; others there wait, as ECS does for an agent that is disconnected.
type Absence struct {
	// Since is the SilentSince of the host: once the engine has been back, an absence is over.
	Since time.Time
	// Lost is why tasks on Fargate end, too; empty: they wait.
	Lost string
}

// SetAbsence has tasks of a host end without the engine, now and as long as this absence lasts. Their containers are removed
// when the engine is back, before anything else is done there.
func (a *Agent) SetAbsence(host string, is Absence) {
	h := a.named[host]
	if h == nil {
		return
	}
	h.absence.Store(&is)
	if is.Lost != "" {
		h.balancers.TellAll() // they move
	}
	for _, t := range state.HostTasks(a.Store.Read(), host) {
		a.watch.Wake(t.ARN)
	}
}

// isLost reports whether the engine has been away for so long that what it runs goes elsewhere.
func (h *host) isLost() bool {
	is := h.absence.Load()
	return is != nil && is.Lost != "" && !is.Since.IsZero() && is.Since.Equal(h.Engine.SilentSince())
}

// endWithout is the stop of a task that ends without the engine; nil: it waits for that.
func (h *host) endWithout(t *state.Task, stop *state.Stop) *state.Stop {
	is := h.absence.Load()
	switch {
	case is == nil || is.Since.IsZero() || !is.Since.Equal(h.Engine.SilentSince()):
		return nil
	case !t.OnFargate():
		if stop != nil && stop.Code == types.TaskStopCodeTerminationNotice { // see cutFromStore
			return stop
		}
		return nil
	case is.Lost == "":
		return nil
	case stop != nil:
		return stop
	}
	return &state.Stop{Code: types.TaskStopCodeTerminationNotice, Reason: reason.Cut(is.Lost), At: h.agent.Clock.Now()}
}

// abandons ends the task without its engine if that shall be, and reports whether it has ended so. The lock is held.
func (w *taskRunner) abandons() bool {
	if !w.abandoned {
		stop := w.host.endWithout(w.task, w.view.Stop)
		if stop == nil {
			return false
		}
		w.abandon(stop)
	}
	w.publish(true)
	return true
}

// abandon notes that the task is STOPPED. How its containers have ended, or whether, is unknown.
func (w *taskRunner) abandon(stop *state.Stop) {
	s, now := w.view.Status, w.host.agent.Clock.Now()
	w.abandoned, w.view.Now, w.view.Sandbox = true, now, plan.SandboxGone
	if stop.At.After(now) { // ECS was to learn of it later
		earlier := *stop
		earlier.At, stop = now, &earlier
	}
	w.view.Stop = stop
	w.setTimer(time.Time{}, nil)
	for _, cut := range w.cuts {
		cut()
	}
	clear(w.cuts)
	w.host.ports.Close(w.task.ARN)
	w.host.agent.interfaces.Leave(w.task.ARN)
	w.skipAll()
	if s.LastStatus == state.Provisioning && w.instance == nil {
		w.view.LeaveProvisioning(w.task.ARN, state.Deprovisioning)
	}
	if !s.ConnectivityAt.IsZero() {
		w.view.StopExecution(now)
	}
	s.LastStatus = state.Stopped
	w.view.End()
	w.publication.Touch()
	w.publication.Ending = false // one event tells of both
	w.publication.Announce(s, w.view.Stop, now)
}
