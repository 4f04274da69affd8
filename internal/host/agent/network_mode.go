package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

// openPorts opens the task to this host, and returns where. Simulated tasks get there what
// their service shares; the rest is opened when a user asks for it.
func (w *taskRunner) openPorts() []hostport.Port {
	simulated := w.host.Engine.Simulated()
	if simulated && !w.host.LocalPorts {
		return nil
	}
	list := w.host.portRules().Mappings(w.task, w.view.Status, w.view.Definitions, w.on)
	return w.host.ports.Open(taskport.Owner(w.task, w.view.Status, w.view.Stop), list, !simulated)
}

// unbind takes the ports of the container instance from a container that has ended while its task goes on:
// the next container may get its address. The placement of others goes by what the task has all the same.
func (w *taskRunner) unbind(i int) {
	if w.instance == nil || w.view.Stop != nil || !hasPorts(w.task, &w.view.Definitions[i]) {
		return
	}
	w.instance.Unbind(w.task.ARN, w.view.Status.Containers[i].Name)
}

// publishPorts gives a container of a task in bridge or host mode its ports on the container instance,
// before it starts. One without a network has none.
func (w *taskRunner) publishPorts(ctx context.Context, container, id string, d *types.ContainerDefinition, had []state.Binding) ([]state.Binding, error) {
	if !hasPorts(w.task, d) {
		return nil, nil
	}
	var at netip.Addr
	if w.task.Spec.NetworkMode == types.NetworkModeBridge {
		seen, err := w.host.Engine.Inspect(ctx, id)
		if err != nil {
			return nil, err
		}
		at = seen.IP
	}
	bindings, err := w.instance.Bind(w.task.ARN, container, d.PortMappings, had, at)
	if err != nil {
		return nil, err
	}
	return bindings, w.instance.Direct(ctx)
}

// adoptPorts does the same for a container that was found running.
func (w *taskRunner) adoptPorts(i int, found backend.Container) {
	c, d := &w.view.Status.Containers[i], &w.view.Definitions[i]
	if w.instance == nil || !hasPorts(w.task, d) || found.State != backend.Running {
		return
	}
	var at netip.Addr
	if w.task.Spec.NetworkMode == types.NetworkModeBridge {
		at = found.IP
	}
	if len(c.Bindings) > 0 && w.instance.HasPorts(w.task.ARN, c.Name, at) {
		return
	}
	bindings, err := w.instance.Bind(w.task.ARN, c.Name, d.PortMappings, c.Bindings, at)
	if err != nil {
		w.host.agent.Log.Error("cannot take over the ports of a container", "task", w.task.ARN, "container", c.Name, "error", err)
		return
	}
	if len(c.Bindings) == 0 {
		c.Bindings = bindings
		w.publication.Touch()
	}
}

// bridgeGone ends a container instance whose bridge network was removed, and says so instead
// of an error that comes from that. The next task has it made again; one that began before
// that, on, ends nothing.
func (w *taskRunner) bridgeGone(ctx context.Context, on containerinstance.Place, err error) error {
	if w.instance == nil || w.task.Spec.NetworkMode != types.NetworkModeBridge || !backend.Missing(err, backend.KindNetwork) {
		return err
	}
	now := w.instance.Place()
	if now.Life != on.Life {
		return fmt.Errorf("%w: %w", backend.ErrNoSandbox, err)
	}
	if stopped := w.host.Engine.Stop(ctx, now.Sandbox, 0); stopped != nil && !errors.Is(stopped, backend.ErrNotFound) {
		return errors.Join(err, stopped)
	}
	w.instance.Died(now.Life, false)
	return fmt.Errorf("%w: %w", backend.ErrNoSandbox, err)
}

// hasPorts reports whether a container has ports on the container instance.
func hasPorts(t *state.Task, d *types.ContainerDefinition) bool {
	return sharesNetwork(t) && len(d.PortMappings) > 0 && !aws.ToBool(d.DisableNetworking)
}
