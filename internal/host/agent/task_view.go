package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// Task is a task as the container agent knows it, which may be ahead of the store; nil is one
// that it does not know.
func (a *Agent) Task(taskARN string) *state.Task {
	row := state.FindTask(a.Store.Read(), taskARN)
	if row == nil {
		return nil
	}
	h := a.hostOf(row)
	if h == nil {
		return row
	}
	if known := h.knownTask(taskARN); known != nil {
		known.Tags = row.Tags
		return known
	}
	return state.FindTask(a.Store.Read(), taskARN) // the store has caught up
}

// knownTask is a task with something to do, nil for all others.
func (h *host) knownTask(taskARN string) *state.Task {
	h.mu.Lock()
	w := h.runners[taskARN]
	h.mu.Unlock()
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.retired {
		return nil
	}
	t := w.task
	return &state.Task{
		ARN: t.ARN, Spec: t.Spec, Placement: t.Placement, Stop: w.view.Stop, Status: w.view.Status.Clone(), Version: t.Version,
	}
}

// TasksAt returns the ARNs of the tasks whose containers reach others from an address: the one
// task whose network interface has it, or those that have their network from the container
// instance with that address. At the start it waits until the engines have been looked at.
func (a *Agent) TasksAt(ctx context.Context, address netip.Addr) (taskARNs []string) {
	for _, h := range a.hosts {
		select {
		case <-h.Engine.Seen():
		case <-ctx.Done():
			return nil
		}
	}
	tx := a.Store.Read()
	for _, owner := range a.interfaces.OwnersOf(address.Unmap()) {
		if state.FindTask(tx, owner) != nil {
			taskARNs = append(taskARNs, owner)
		}
		for _, t := range state.InstanceTasks(tx, owner) {
			if sharesNetwork(t) {
				taskARNs = append(taskARNs, t.ARN)
			}
		}
	}
	return taskARNs
}

// InterfacesAt returns the ARNs of the tasks, container instances and load balancers, on engines that have been
// looked at, whose network interface has an address.
func (a *Agent) InterfacesAt(address netip.Addr) []string {
	return a.interfaces.OwnersOf(address.Unmap())
}

// KeptApart says which security groups keep a load balancer away from a port of what has an address; empty: none do.
func (a *Agent) KeptApart(loadBalancerARN string, address netip.Addr, port int) string {
	return a.interfaces.KeptApart(loadBalancerARN, address, port)
}

// Inspect asks the engine about a container of a task.
func (a *Agent) Inspect(ctx context.Context, taskARN, container string) (backend.Container, error) {
	h, id, err := a.find(taskARN, container)
	if err != nil {
		return backend.Container{}, err
	}
	return h.Engine.Inspect(ctx, id)
}

// Stats asks the engine for the counters of a container that runs.
func (a *Agent) Stats(ctx context.Context, taskARN, container string) (backend.Stats, error) {
	h, id, err := a.find(taskARN, container)
	if err != nil {
		return backend.Stats{}, err
	}
	return h.Engine.Stats(ctx, id)
}

// Usage asks the engines what those of the containers use that run, by the engines' ids. An engine that
// is away tells nothing.
func (a *Agent) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	all := map[string]backend.Usage{}
	var failed []error
	for _, h := range a.hosts {
		if h.Engine.Health() != nil {
			continue
		}
		found, err := h.Engine.Usage(ctx, ids)
		failed = append(failed, err)
		maps.Copy(all, found)
	}
	return all, errors.Join(failed...)
}

// find returns where a container is on an engine.
func (a *Agent) find(taskARN, container string) (h *host, engineID string, err error) {
	t := a.Task(taskARN)
	if t == nil {
		return nil, "", fmt.Errorf("task %s: %w", taskARN, backend.ErrNotFound)
	}
	h, c := a.hostOf(t), t.Status.Container(container)
	if h == nil || c == nil || c.EngineID == "" {
		return nil, "", fmt.Errorf("container %s of task %s: %w", container, taskARN, backend.ErrNotFound)
	}
	return h, c.EngineID, nil
}

// InstanceIP is the address of the container instance that a task has its network from;
// empty if it has another, or none yet.
func (a *Agent) InstanceIP(taskARN string) string {
	t := state.FindTask(a.Store.Read(), taskARN)
	if t == nil || !sharesNetwork(t) || t.Status.LastStatus != state.Running {
		return ""
	}
	h := a.hostOf(t)
	if h == nil {
		return ""
	}
	if ip := h.containerInstance(t).Place().IP; ip.IsValid() {
		return ip.String()
	}
	return ""
}

// longPull is how long a pull takes that people are told of, in real time.
const longPull = 2 * time.Second

// LongPulls are the pulls under way for a task that take long; for all tasks if that is empty.
func (a *Agent) LongPulls(taskARN string) (pulls []imagepull.LongPull) {
	for _, h := range a.hosts {
		pulls = append(pulls, h.images.LongPulls(taskARN, longPull)...)
	}
	return pulls
}

// HostPorts lists the loopback ports that lead to a running task. Where tasks are
// simulated those that it shares with none are opened only when a user asks for them.
func (a *Agent) HostPorts(taskARN string, open bool) []hostport.Port {
	t := state.FindTask(a.Store.Read(), taskARN)
	if t == nil || t.Status.LastStatus != state.Running {
		return nil
	}
	h := a.hostOf(t)
	if h == nil {
		return nil
	}
	if !open {
		ports, _ := h.ports.Of(taskARN)
		return ports
	}
	definition := taskdefinition.Find(a.Store.Read(), t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return nil
	}
	var on containerinstance.Place
	if m := h.containerInstance(t); m != nil {
		on = m.Place()
	}
	list := h.portRules().Mappings(t, &t.Status, definition.Definition().ContainerDefinitions, on)
	ports := h.ports.Open(taskport.Owner(t, &t.Status, t.Stop), list, true)
	if t := state.FindTask(a.Store.Read(), taskARN); t == nil || t.Ended() {
		h.ports.Close(taskARN) // it ended in between, and nothing else would
		return nil
	}
	return ports
}
