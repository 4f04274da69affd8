package agent

import (
	"context"
	"errors"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// followVPCs removes the networks of VPCs that have been deleted, and has interfaces send to their
// ranges again.
func (a *Agent) followVPCs(ctx context.Context) error {
	for {
		vpc, err := a.vpcs.Next(ctx)
		if err != nil {
			return err
		}
		for _, h := range a.hosts {
			h.networks.Remove(vpc)
		}
		a.interfaces.VPCGone(vpc)
		a.vpcs.Done(vpc)
	}
}

// followGroups has the interfaces looked at that have a group whose rules change, or rules that
// name a prefix list that does.
func (a *Agent) followGroups(ctx context.Context) error {
	for {
		key, err := a.groups.Next(ctx)
		if err != nil {
			return err
		}
		a.interfaces.RulesChanged(key)
		a.groups.Done(key)
	}
}

var errNoInstances = errors.New("this emulator runs no such container instance")

// firstReady is the first host whose engine can be used; the first one where none can.
func (a *Agent) firstReady() *host {
	for _, h := range a.hosts {
		if h.Engine.Health() == nil {
			return h
		}
	}
	return a.hosts[0]
}

// ReserveAddress takes a free address of a subnet for an EC2 instance, which its container
// instance has from its first task on. It is reserved until ReleaseAddress; after a restart
// see Options.InstanceAddresses. The engines of an agent have one book of addresses, so any of them may be asked.
func (a *Agent) ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error) {
	if len(a.hosts) == 0 {
		return netip.Addr{}, errNoInstances
	}
	return a.firstReady().networks.ReserveAddress(ctx, scope, subnetID)
}

// ReleaseAddress gives an address of a VPC back. A container instance that has it keeps it until
// its end.
func (a *Agent) ReleaseAddress(vpc string, address netip.Addr) {
	if len(a.hosts) > 0 {
		a.hosts[0].networks.ReleaseAddress(vpc, address)
	}
}

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
	row := state.FindContainerInstance(tx, instance)
	for _, h := range a.hosts {
		if row == nil || row.Host == h.Name {
			h.instances.Reap(instance)
		}
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
	row := state.FindContainerInstance(a.Store.Read(), instance)
	if row == nil || a.named[row.Host] == nil {
		return errNoInstances
	}
	return a.named[row.Host].instances.Of(instance).CutOff(ctx, cut)
}
