package agent

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// resync takes into account what the engine did while the agent did not listen: at the
// start, after a lost connection, and now and then. Until the first one is through,
// and while the engine is lost, no task goes on: what a stale row says must not
// lead to a call.
func (h *host) resync(ctx context.Context) {
	h.resyncs <- struct{}{}
	defer func() { <-h.resyncs }()
	losses := h.Engine.Losses()
	// Rows first: what they name was there before the containers are listed.
	rows := h.tasks()
	there, err := h.look(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		h.Engine.Lose(err)
		return
	}
	if there.info.Simulated { // nothing else than this process can lead anywhere
		h.ports.ListenHere()
	}
	byName := make(map[string]backend.Container, len(there.containers))
	for _, c := range there.containers {
		byName[c.Name] = c
	}
	h.noteUnseen(ctx, rows, there.containers)
	h.agent.interfaces.Hold()
	h.instances.Adopt(ctx, byName)
	h.balancers.Adopt(byName)
	sorting.By(rows, func(a, b *state.Task) int { return a.Status.StartedAt.Compare(b.Status.StartedAt) }) // so do they get their ports
	for _, t := range rows {
		h.adopt(t, byName)
	}
	h.agent.interfaces.Release()
	if !h.Engine.Found(losses) {
		return
	}
	h.listLogs(ctx, there.containers)
	h.prepareNetworks(ctx)
	// Tasks that came while the containers were listed were woken in vain.
	for _, t := range h.tasks() {
		h.agent.watch.Wake(t.ARN)
		for _, name := range enginename.All(t) {
			delete(byName, name)
		}
	}
	h.Engine.Saw()
	h.leftovers.Adopt(ctx, byName)
	h.adoptVolumes(ctx)
	h.instances.Tend()
	h.balancers.TellAll()
}

// look asks the engine about itself and about the containers that the host has there.
func (h *host) look(ctx context.Context) (there sight, err error) {
	there.info, err = h.Engine.Info(ctx)
	if err == nil && h.Admit != nil {
		err = h.Admit(there.info)
	}
	if err != nil {
		return there, err
	}
	h.Engine.SetInfo(there.info)
	if there.containers, err = h.Engine.List(ctx, h.labels()); err != nil {
		return there, fmt.Errorf("list containers: %w", err)
	}
	return there, nil
}

// prepareNetworks makes the network of the default VPC before the first task needs it, so that the
// ranges of subnets stand when they are asked for, takes over those that are there, and asks what tasks are
// reached by. No task waits for the list: a task that needs a network asks for that one.
func (h *host) prepareNetworks(ctx context.Context) {
	h.Engine.Call(enginecall.Finish, func(call context.Context) {
		if _, err := h.networks.OfVPC(call, &ec2network.VPC{ID: ec2network.DefaultVPC, Default: true}); err != nil && ctx.Err() == nil && !h.Engine.Lost(err) {
			h.agent.Log.Error("cannot make the network of tasks", "error", err)
		}
		h.ports.Find(call)
		there, err := h.Engine.Networks(call, h.labels())
		if err != nil {
			h.notListed("networks", err)
			return
		}
		h.networks.Find(call, there)
		h.networks.RemoveDeleted(there)
		h.instances.AdoptNetworks(there)
		h.instances.Tend()
	})
}

// adoptVolumes has the volumes of tasks that have ended removed with what else these have left. No task
// waits for the list: a driver of volumes may not answer.
func (h *host) adoptVolumes(ctx context.Context) {
	h.Engine.Call(enginecall.CutOff, func(call context.Context) {
		there, err := h.Engine.Volumes(call, h.labels())
		if err != nil {
			h.notListed("volumes", err)
			return
		}
		volumes := volumesByTask(there)
		for _, t := range h.tasks() { // those that came meanwhile are among them
			delete(volumes, t.ARN)
		}
		h.leftovers.AdoptVolumes(ctx, volumes)
	})
}

// notListed says that the next resync has to find what a former run has left.
func (h *host) notListed(what string, err error) {
	if !h.Engine.Lost(err) {
		h.agent.Log.Warn("cannot list what there is on the engine: what an earlier run has left stays for a while", "what", what, "error", err)
	}
}

// tasks are those placed on the host that have not ended.
func (h *host) tasks() []*state.Task {
	var list []*state.Task
	for _, t := range state.AllTasks(h.agent.Store.Read()) {
		if !t.Ended() && h.agent.hostOf(t) == h {
			list = append(list, t)
		}
	}
	return list
}

// adopt compares what a task's containers are with what was last known of them.
// row is older than the list: only what it names already can be missing. Of what
// has a call under way, that call will tell. The list is only a hint that something
// has ended: the engine is asked again before it is believed. What is unseen stays what it was.
func (h *host) adopt(row *state.Task, list map[string]backend.Container) {
	w := h.lockTask(row.ARN)
	if w == nil {
		return
	}
	defer w.mu.Unlock()
	sandbox, exists := list[enginename.Of(w.task, enginename.Sandbox)]
	stands := true
	switch {
	case w.view.State(plan.Sandbox).Busy:
	case sandbox.State == backend.Unseen, w.instance != nil && h.unseen[containerinstance.SandboxName(w.instance.ARN())]:
		w.expectSandbox(row)
	default:
		stands = w.adoptSandbox(row, sandbox, exists, list)
	}
	for i := range w.view.Status.Containers {
		if !w.view.State(plan.Container(i)).Busy {
			found, exists := list[enginename.Of(w.task, row.Status.Containers[i].Name)]
			w.adoptContainer(i, row.Status.Containers[i].EngineID, found, exists)
		}
	}
	if !stands && w.view.Sandbox == plan.SandboxCreated && !w.view.Status.SandboxSince.IsZero() && w.view.Begun() {
		// It ran: so has a container, which the store did not know.
		w.view.Sandbox = plan.SandboxRunning
		w.died(plan.Sandbox, true)
	}
	if w.view.Sandbox == plan.SandboxRunning && w.publication.Shown == state.Running {
		w.openPorts()
	}
}

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
	case !runs && w.view.Sandbox == plan.SandboxRunning && row.Status.SandboxID != "", w.view.Sandbox == plan.SandboxEnded && found.State == backend.Running:
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
		w.view.State(plan.Container(i)).Stale = found.SandboxID != w.view.Status.SandboxID
	}
}
