package containerinstance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

type portKey struct {
	protocol types.TransportProtocol
	port     uint16
}

// lease is a port that a container has, or one of a range.
type lease struct {
	task, container string
	at              state.Binding
	to              netip.AddrPort // where the first one leads; zero in host mode, where it is the container's own
}

// release takes back the ports of a task's container, or of all with an empty name.
func (t *traffic) release(task, container string) {
	for key, l := range t.ports {
		if l.task == task && (container == "" || l.container == container) {
			delete(t.ports, key)
			t.changed(l)
		}
	}
}

func (t *traffic) lease(l lease) {
	for key := range portsOf(l.at) {
		t.ports[key] = l
	}
	t.changed(l)
}

// portsOf are the ports of a binding on the container instance.
func portsOf(b state.Binding) iter.Seq[portKey] {
	return func(yield func(portKey) bool) {
		for i := range b.Count() {
			if !yield(portKey{b.Protocol, b.HostPort + uint16(i)}) {
				return
			}
		}
	}
}

// taken is the first port of a binding that a container has; 0 if none does.
func (t *traffic) taken(b state.Binding) uint16 {
	for key := range portsOf(b) {
		if _, taken := t.ports[key]; taken {
			return key.port
		}
	}
	return 0
}

// errPortTaken is the engine's own text for a port of the host that is taken.
// Source: Docker Engine's error.
func errPortTaken(port uint16) error {
	//lint:ignore ST1005 these are Docker's words
	return fmt.Errorf("Error response from daemon: driver failed programming external connectivity on endpoint: Bind for 0.0.0.0:%d failed: port is already allocated", port)
}

// Bind gives a container the ports that it asks for; had are those that it had before,
// which it keeps. at is its address, zero in host mode.
func (m *Instance) Bind(task, container string, mappings []types.PortMapping, had []state.Binding, at netip.Addr) ([]state.Binding, error) {
	reserved, simulated := m.reserved(), m.all.Engine.Simulated()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.release(task, container)
	bindings := slices.Clone(had)
	if len(had) == 0 {
		bindings = WantedBindings(mappings)
	}
	for i := range bindings {
		b := &bindings[i]
		l := lease{task: task, container: container}
		if at.IsValid() {
			l.to = netip.AddrPortFrom(at, b.ContainerPort)
		} else {
			b.HostPort = b.ContainerPort
		}
		if b.HostPort == 0 {
			var err error
			if b.HostPort, err = m.dynamicHostPort(*b, reserved, simulated); err != nil {
				m.release(task, container)
				return nil, err
			}
		} else if taken := m.taken(*b); taken != 0 && at.IsValid() {
			m.release(task, container)
			return nil, errPortTaken(taken)
		} else if taken != 0 { // what leads elsewhere goes before what listens here
			continue
		}
		l.at = *b
		m.lease(l)
	}
	return bindings, nil
}

// WantedBindings are those that port mappings ask for, ranges last.
// Source: amazon-ecs-agent's report of network bindings.
func WantedBindings(mappings []types.PortMapping) []state.Binding {
	var single, ranges []state.Binding
	for _, p := range mappings {
		switch b, ok := bindingOf(p); {
		case !ok:
		case b.More == 0:
			single = append(single, b)
		default:
			ranges = append(ranges, b)
		}
	}
	return append(single, ranges...)
}

// HasPorts reports whether a container has its ports, and they lead to its address.
func (m *Instance) HasPorts(task, container string, at netip.Addr) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.ports {
		if l.task == task && l.container == container && l.to.Addr() == at {
			return true
		}
	}
	return false
}

// Unbind takes back the ports of a container that has ended while its task goes on: the next
// container may get its address. The engine is told later.
func (m *Instance) Unbind(task, container string) {
	m.mu.Lock()
	m.release(task, container)
	m.mu.Unlock()
	m.directLater()
}

// Leave takes back what a task has: ports, or a network interface. It returns when the engine has
// been told.
func (m *Instance) Leave(ctx context.Context, task string) error {
	m.mu.Lock()
	m.release(task, "")
	delete(m.interfaces, task)
	m.mu.Unlock()
	err := m.Direct(ctx)
	if errors.Is(err, backend.ErrNoSandbox) {
		return nil
	}
	return err
}

// bindingOf is what a port mapping asks for; a host port of 0 is any.
func bindingOf(p types.PortMapping) (b state.Binding, ok bool) {
	b.Protocol = types.TransportProtocolTcp
	if p.Protocol == types.TransportProtocolUdp {
		b.Protocol = types.TransportProtocolUdp
	}
	if p.ContainerPort != nil {
		b.ContainerPort, b.HostPort = uint16(*p.ContainerPort), uint16(aws.ToInt32(p.HostPort))
		return b, true
	}
	first, last, ok := taskdef.ParsePortRange(aws.ToString(p.ContainerPortRange))
	b.ContainerPort, b.More = uint16(first), uint16(last-first)
	return b, ok
}

// reserved are the ports that the agent must not pick, because tasks that have not started
// yet have been placed for them, or the container instance is registered with them.
func (m *Instance) reserved() map[portKey]bool {
	tx := m.all.Store.Read()
	reserved := map[portKey]bool{}
	note := func(protocol types.TransportProtocol, ports []uint16) {
		for _, p := range ports {
			reserved[portKey{protocol, p}] = true
		}
	}
	usage := state.FindInstanceUsage(tx, m.arn)
	note(types.TransportProtocolTcp, usage.Ports)
	note(types.TransportProtocolUdp, usage.PortsUDP)
	if row := state.FindContainerInstance(tx, m.arn); row != nil {
		note(types.TransportProtocolTcp, row.Registered.Ports)
		note(types.TransportProtocolUdp, row.Registered.PortsUDP)
	}
	return reserved
}
