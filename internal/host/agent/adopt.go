package agent

import (
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/firelens"
)

// expectSandbox leaves a sandbox as it is known, of which the engine tells nothing. Its address is
// that of a member of its groups all the same.
func (w *taskRunner) expectSandbox(row *state.Task) {
	s := w.view.Status
	if s.SandboxID == "" {
		return
	}
	w.host.know(s.SandboxID, w.task.ARN, enginename.Sandbox)
	if ip, err := netip.ParseAddr(row.Status.Attachment.PrivateIPv4); err == nil && !w.view.Plain {
		w.host.agent.interfaces.Join(w.host.networks, w.task.ARN, w.task.Scope(), w.task.Spec.SecurityGroups, ip)
	}
}

// adoptSandbox takes over what the list says of the sandbox, and reports whether it runs as it began.
func (w *taskRunner) adoptSandbox(row *state.Task, found backend.Container, exists bool, list map[string]backend.Container) (runs bool) {
	s := w.view.Status
	if exists && w.view.Sandbox == plan.SandboxNone { // it was made, but the store does not know
		if w.instance != nil {
			w.on = w.instance.Place()
		}
		w.hasSandbox(found)
		s.SandboxSince = time.Time{}
	}
	if exists && found.ID == s.SandboxID && s.SandboxSince.IsZero() { // nor when it started
		var instance time.Time
		if sharesNetwork(w.task) {
			instance = w.instance.Place().Since
		}
		plan.NoteLife(s, found, containersOf(w.task, list), instance)
		w.on.Since = s.InstanceSince
		w.publication.Touch()
	}
	runs = exists && found.ID == s.SandboxID && sandboxStands(found, s.SandboxSince, w.view.Plain)
	if w.instance != nil && sharesNetwork(w.task) {
		runs = runs && w.instance.RunsSince(s.InstanceSince)
	}
	w.adoptInterface(found, runs)
	switch {
	case runs && w.view.Sandbox == plan.SandboxCreated && w.view.Plain: // another one is started again, for its filter
		w.sandboxRuns(found.StartedAt)
	case !runs && w.view.Sandbox == plan.SandboxRunning && row.Status.SandboxID != "",
		w.view.Sandbox == plan.SandboxEnded && found.State == backend.Running:
		w.died(plan.Sandbox, true)
	}
	if w.instance != nil && !w.view.Plain && s.SandboxID != "" {
		w.instance.FoundInterface(w.task.ARN, s.SandboxID)
	}
	if s.SandboxID != "" {
		w.host.know(s.SandboxID, w.task.ARN, enginename.Sandbox)
	}
	return runs
}

// adoptInterface takes over a network interface that was found. The lock is held.
func (w *taskRunner) adoptInterface(found backend.Container, runs bool) {
	if w.view.Plain || found.ID == "" || found.ID != w.view.Status.SandboxID {
		return
	}
	all := w.host.agent.interfaces
	all.Join(w.host.networks, w.task.ARN, w.task.Scope(), w.task.Spec.SecurityGroups, found.IP)
	if runs {
		all.Found(w.task.ARN, found)
	}
}

// adoptContainer takes over what the list says of a container. rowID is its id in
// the row that is older than the list.
func (w *taskRunner) adoptContainer(i int, rowID string, found backend.Container, exists bool) {
	c := &w.view.Status.Containers[i]
	if exists && c.EngineID == "" {
		c.EngineID = found.ID
		w.publication.Touch()
	}
	exists = exists && found.ID == c.EngineID
	if c.EngineID != "" {
		w.host.know(c.EngineID, w.task.ARN, c.Name)
	}
	if exists && found.State == backend.Unseen {
		return
	}
	if exists && !found.StartedAt.IsZero() {
		w.followLog(i, found.State == backend.Running)
	}
	switch {
	case c.Phase == state.ContainerStopped:
	case c.Phase == state.ContainerRunning && (!exists || found.State == backend.Exited):
		w.died(plan.Container(i), true)
	case c.Phase == state.ContainerRunning:
		w.adoptProxy(i, found)
		w.adoptPorts(i, found)
		w.healthIs(plan.Container(i), found.Health)
	case !exists && c.Phase == state.ContainerCreated && rowID != "":
		c.Phase, c.EngineID = state.ContainerPulled, ""
	case !exists:
	case !found.StartedAt.IsZero() && c.StartedAt.IsZero():
		// It was started, but the store does not know.
		c.Phase, c.StartedAt = state.ContainerRunning, w.host.Engine.Time(w.host.agent.Clock, found.StartedAt)
		if w.view.IsProxy(plan.Container(i)) {
			w.host.agent.proxyRuns(w.task.ARN)
		}
		w.adoptPorts(i, found)
		w.publication.Touch()
		if found.State == backend.Exited {
			w.died(plan.Container(i), true)
		}
		w.healthIs(plan.Container(i), found.Health)
	case c.Phase != state.ContainerCreated:
		c.Phase = state.ContainerCreated
		// A log router may not have got its configuration.
		w.view.State(plan.Container(i)).Stale = found.SandboxID != w.view.Status.SandboxID || i == firelens.Router(w.view.Definitions)
	}
}

// containersOf are the containers of a task that are in a list of the engine's, by their names.
func containersOf(t *state.Task, list map[string]backend.Container) (of []backend.Container) {
	for _, c := range t.Status.Containers {
		if found, exists := list[enginename.Of(t, c.Name)]; exists {
			of = append(of, found)
		}
	}
	return of
}
