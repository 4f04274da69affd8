package agent

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// followInstances wakes what a change of a container instance concerns.
func (a *Agent) followInstances(ctx context.Context) error {
	for {
		instance, err := a.instances.Next(ctx)
		if err != nil {
			return err
		}
		a.instanceChanged(instance)
		a.instances.Done(instance)
	}
}

func (a *Agent) instanceChanged(instance string) {
	tx := a.Store.Read()
	for _, t := range state.InstanceTasks(tx, instance) {
		a.watch.Wake(t.ARN) // what waited for the connection goes on
	}
	if h := a.hosts[instanceHost]; h != nil {
		h.instances.Reap(instance)
	}
}

// NetworkEnded implements containerinstance.Tasks.
func (h *host) NetworkEnded(instance string, life int, late bool) {
	for _, t := range state.InstanceTasks(h.agent.Store.Read(), instance) {
		if !sharesNetwork(t) {
			continue
		}
		if w := h.lockTask(t.ARN); w != nil {
			if w.view.Sandbox != plan.SandboxNone {
				w.on.Life = min(w.on.Life, life)
				w.died(plan.Sandbox, late)
			}
			w.advance(h.Engine.Life())
			w.mu.Unlock()
		}
	}
}

// Need implements containerinstance.Tasks.
func (h *host) Need(instance string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.runners {
		if w.task.Placement.ContainerInstance == instance {
			return true
		}
	}
	return h.leftovers.Sweeping()
}

// CutOff drops all that comes to a container instance and its tasks and all that they send, or no
// longer does. It holds for what they get later as well, and until the agent ends.
func (a *Agent) CutOff(ctx context.Context, instance string, cut bool) error {
	h := a.hosts[instanceHost]
	if h == nil {
		return errors.New("this emulator runs no container instances")
	}
	return h.instances.Of(instance).CutOff(ctx, cut)
}
