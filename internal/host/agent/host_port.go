package agent

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/taskport"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

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
	definition := state.FindTaskDefinition(a.Store.Read(), t.Scope(), t.Spec.Family, t.Spec.Revision)
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
