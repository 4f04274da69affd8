package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
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
	h.instances.Examine(ctx, byName)
	h.agent.interfaces.Hold() // for no call of the engine: others wait as well
	h.instances.Adopt(byName)
	h.balancers.Adopt(byName)
	sorting.By(rows, func(a, b *state.Task) int { return a.Status.StartedAt.Compare(b.Status.StartedAt) }) // so do they get their ports
	for _, t := range rows {
		h.adopt(t, byName)
	}
	h.agent.interfaces.Release()
	if err := h.removeStrays(ctx, byName); err != nil {
		h.Engine.Lose(err)
		return
	}
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
	h.balancers.TellAll()
	h.Engine.Saw()
	h.leftovers.Adopt(ctx, byName)
	h.adoptVolumes(ctx)
	h.instances.Tend()
}

// removeStrays removes what runs of tasks that have ended, before anything else is done on an engine that is back: until
// then it has their addresses. Where there is one engine, nothing ends without that, and what is left there goes later.
func (h *host) removeStrays(ctx context.Context, byName map[string]backend.Container) error {
	if h.Name == "" {
		return nil
	}
	stray := maps.Clone(byName)
	for _, t := range h.tasks() {
		for _, name := range enginename.All(t) {
			delete(stray, name)
		}
	}
	return h.leftovers.RemoveStrays(ctx, stray)
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
		_, err := h.networks.OfVPC(call, &ec2network.VPC{ID: ec2network.DefaultVPC, Default: true})
		if h.withoutManager(ctx, err) {
			return
		}
		if err != nil && ctx.Err() == nil && !h.Engine.Lost(err) {
			h.agent.Log.Error("cannot make the network of tasks", "error", err)
		}
		h.ports.Find(call)
		there, err := h.Engine.Networks(call, nil) // networks of VPCs belong to all hosts
		if err != nil {
			if !h.withoutManager(ctx, err) {
				h.notListed("networks", err)
			}
			return
		}
		h.networks.Find(call, there)
		h.networks.RemoveDeleted(there)
		h.instances.AdoptNetworks(slices.DeleteFunc(there, func(n backend.Network) bool {
			return n.Labels[enginename.LabelHost] != cmp.Or(h.Name, enginename.Fargate)
		}))
		h.instances.Tend()
	})
}

// withoutManager has networks prepared again if several engines had no manager for that.
func (h *host) withoutManager(ctx context.Context, err error) bool {
	if !errors.Is(err, backend.ErrNoManager) || ctx.Err() != nil {
		return false
	}
	h.Engine.Go(func() { h.prepareNetworks(ctx) })
	return true
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
		h.agent.Log.Warn("cannot list what there is on the engine: what an earlier run has left stays for a while",
			"what", what, "error", err)
	}
}

// tasks are those placed on the host that have not ended.
func (h *host) tasks() []*state.Task {
	tx := h.agent.Store.Read()
	if h.Name != "" {
		return state.HostTasks(tx, h.Name)
	}
	var list []*state.Task
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() && h.has(t) {
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
	if w.abandoned {
		return
	}
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

// sight is an engine, and the containers that a host has there.
type sight struct {
	info       backend.Info
	containers []backend.Container
}

func volumesByTask(volumes []backend.Volume) map[string][]string {
	names := map[string][]string{}
	for _, v := range volumes {
		names[v.Labels[containerlabel.Task]] = append(names[v.Labels[containerlabel.Task]], v.Name)
	}
	return names
}
