package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// traffic is what a machine does with packets: which of its ports are whose, and whether
// it is cut off. The machine's lock protects it.
type traffic struct {
	ports      map[portKey]lease
	interfaces map[string]string // sandboxes of its tasks that have a network interface of their own, by task ARN
	unsure     []string          // those of them of which nobody knows whether they are cut off
	cutOff     bool
	wanted     int // counts changes
	told       int // which of them the engine has
	directing  chan struct{}
}

type portKey struct {
	protocol types.TransportProtocol
	port     uint16
}

// lease is a port that a container has.
type lease struct {
	task, container string
	to              netip.AddrPort // zero in host mode, where it is the container's own
}

func newTraffic() traffic {
	return traffic{ports: map[portKey]lease{}, interfaces: map[string]string{}, directing: make(chan struct{}, 1)}
}

// begin is the start of a new namespace, in which there are no rules yet.
func (t *traffic) begin() {
	if len(t.ports) > 0 || t.cutOff {
		t.wanted++
	}
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

func (t *traffic) lease(key portKey, l lease) {
	t.ports[key] = l
	t.changed(l)
}

func (t *traffic) changed(l lease) {
	if l.to.IsValid() {
		t.wanted++
	}
}

// now is all of it, for the engine.
func (t *traffic) now() backend.Traffic {
	all := backend.Traffic{CutOff: t.cutOff}
	for key, l := range t.ports {
		if l.to.IsValid() {
			all.Ports = append(all.Ports, backend.PortForward{Protocol: string(key.protocol), Port: key.port, To: l.to})
		}
	}
	slices.SortFunc(all.Ports, func(a, b backend.PortForward) int { return int(a.Port) - int(b.Port) })
	return all
}

// errPortTaken is the engine's own text for a port of the host that somebody has.
// Source: Docker Engine's error.
func errPortTaken(port uint16) error {
	return fmt.Errorf("Error response from daemon: driver failed programming external connectivity on endpoint: Bind for 0.0.0.0:%d failed: port is already allocated", port) //nolint:staticcheck // Docker's words
}

// bind gives a container the ports that it asks for; had are those that it had before,
// which it keeps. at is its address, zero in host mode.
func (m *machine) bind(task, container string, mappings []types.PortMapping, had []state.Binding, at netip.Addr) ([]state.Binding, error) {
	reserved, simulated := m.reserved(), m.host.engineInfo().Simulated
	m.mu.Lock()
	defer m.mu.Unlock()
	m.release(task, container)
	bindings := slices.Clone(had)
	if len(had) == 0 {
		for _, p := range mappings {
			if b, ok := bindingOf(p); ok {
				bindings = append(bindings, b)
			}
		}
	}
	for i := range bindings {
		b := &bindings[i]
		l := lease{task: task, container: container}
		if at.IsValid() {
			l.to = netip.AddrPortFrom(at, b.ContainerPort)
		} else {
			b.HostPort = b.ContainerPort
		}
		key := portKey{b.Protocol, b.HostPort}
		_, taken := m.ports[key]
		switch {
		case b.HostPort == 0:
			if b.HostPort = m.dynamic(b.Protocol, reserved, simulated); b.HostPort == 0 {
				m.release(task, container)
				return nil, errors.New("Error response from daemon: all ports are allocated") //nolint:staticcheck // Docker's words
			}
		case taken && at.IsValid():
			m.release(task, container)
			return nil, errPortTaken(b.HostPort)
		}
		m.lease(portKey{b.Protocol, b.HostPort}, l)
	}
	return bindings, nil
}

// leased reports whether a container has its ports, and they lead to its address.
func (m *machine) leased(task, container string, at netip.Addr) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.ports {
		if l.task == task && l.container == container && l.to.Addr() == at {
			return true
		}
	}
	return false
}

// bindingOf is what a port mapping asks for; a host port of 0 is any.
func bindingOf(p types.PortMapping) (b state.Binding, ok bool) {
	if p.ContainerPort == nil {
		return b, false
	}
	b = state.Binding{ContainerPort: uint16(*p.ContainerPort), Protocol: types.TransportProtocolTcp}
	if p.HostPort != nil {
		b.HostPort = uint16(*p.HostPort)
	}
	if p.Protocol == types.TransportProtocolUdp {
		b.Protocol = types.TransportProtocolUdp
	}
	return b, true
}

// reserved are the ports that the agent must not pick, because tasks that have not started
// yet have been placed for them, or the container instance is registered with them.
func (m *machine) reserved() map[portKey]bool {
	tx := m.host.agent.Store.Read()
	reserved := map[portKey]bool{}
	note := func(protocol types.TransportProtocol, ports []uint16) {
		for _, p := range ports {
			reserved[portKey{protocol, p}] = true
		}
	}
	usage := tx.InstanceUsage(m.instance)
	note(types.TransportProtocolTcp, usage.Ports)
	note(types.TransportProtocolUdp, usage.PortsUDP)
	if row := tx.ContainerInstance(m.instance); row != nil {
		note(types.TransportProtocolTcp, row.Registered.Ports)
		note(types.TransportProtocolUdp, row.Registered.PortsUDP)
	}
	return reserved
}

// direct tells the engine what has changed. Who comes while it is told finds it done.
func (m *machine) direct(ctx context.Context) error {
	if err := m.turn(ctx); err != nil {
		return err
	}
	defer m.pass()
	m.mu.Lock()
	p, version, all, due, adopted := m.place, m.wanted, m.now(), m.runs && m.told != m.wanted, m.adopted
	m.mu.Unlock()
	if !due {
		return nil
	}
	if adopted { // an emulator that was killed may have started it by half
		if err := m.host.Engine.Start(ctx, p.sandbox); err != nil {
			return err
		}
	}
	err := m.host.Engine.SetTraffic(ctx, p.sandbox, all)
	if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrNoSandbox) {
		return fmt.Errorf("%w: %w", backend.ErrNoSandbox, err) // the next start of it directs again
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.place.life == p.life {
		m.told, m.adopted = version, false
	}
	return nil
}

// turn waits until nobody else tells the engine about packets.
func (m *machine) turn(ctx context.Context) error {
	select {
	case m.directing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *machine) pass() { <-m.directing }
