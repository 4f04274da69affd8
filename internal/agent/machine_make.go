package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/vpc"
)

// make starts the sandbox that there is, or else makes one.
func (m *machine) make(ctx context.Context) error {
	row := state.FindContainerInstance(m.host.agent.Store.Read(), m.instance)
	if row == nil {
		return errors.New("the container instance is gone")
	}
	m.host.capacity.use(m.host, row)
	if old := m.where(); old.sandbox != "" {
		err := m.startAgain(ctx, old)
		if err == nil || errors.Is(err, backend.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
		// Its network may be gone, or it itself.
		if err := m.discard(ctx, old); err != nil {
			return err
		}
	}
	own := m.address(row)
	var err error
	for range maxSandboxes {
		var made place
		if made, err = m.create(ctx, row, own); err == nil {
			err = m.start(ctx, made)
		}
		switch {
		case !errors.Is(err, backend.ErrAddressInUse):
			return err
		case made.sandbox != "":
			if removed := m.discard(ctx, made); removed != nil {
				return removed
			}
		case !own.IsValid():
			return err
		}
		if own.IsValid() {
			m.host.agent.Log.Warn("a container instance gets another address, because another container has its own", "containerInstance", m.instance, "address", own)
			own = netip.Addr{}
		}
	}
	return err
}

// address is that of the EC2 instance; zero if it has none.
func (m *machine) address(row *state.ContainerInstance) netip.Addr {
	if of := m.host.agent.InstanceAddress; of != nil {
		return of(row)
	}
	return netip.Addr{}
}

// discard removes a sandbox that cannot be started.
func (m *machine) discard(ctx context.Context, p place) error {
	m.host.agent.interfaces.Leave(m.instance) // before somebody else gets its address
	if err := m.host.Engine.Remove(ctx, p.sandbox); err != nil {
		return fmt.Errorf("remove the sandbox of the container instance: %w", err)
	}
	m.host.forget(p.sandbox)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.place.sandbox, m.runs = "", false
	return nil
}

// create makes the network and the sandbox, with an address if that is valid.
func (m *machine) create(ctx context.Context, row *state.ContainerInstance, own netip.Addr) (place, error) {
	h := m.host
	network, subnet, err := h.machineNetwork(ctx, row)
	if err != nil {
		return place{}, err
	}
	m.isLeft() // from now on, whatever the engine answers
	bridge, err := m.bridge(ctx)
	if err != nil {
		return place{}, fmt.Errorf("make the bridge network of the container instance: %w", err)
	}
	spec := machineSpec(row, m.labels(), network.Name, bridge.Name)
	spec.Subnet = subnet
	vpc.Resolve(&spec, vpc.Of(h.agent.Store.Read(), row.Scope(), row.Subnet), network)
	if own.IsValid() && network.CIDR.Contains(own) {
		spec.IP = own
	} else if own.IsValid() {
		h.agent.Log.Warn("a container instance gets another address, because its own is not in the VPC", "containerInstance", m.instance, "address", own, "vpc", network.CIDR)
	}
	made, err := h.Engine.CreateSandbox(ctx, spec)
	if err != nil {
		return place{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.place = place{sandbox: made.ID, network: bridge.Name, ip: made.IP, life: m.place.life}
	return m.place, nil
}

// machineNetwork is where a container instance is in: its subnet or, without one, the whole
// default VPC.
func (h *host) machineNetwork(ctx context.Context, row *state.ContainerInstance) (backend.Network, netip.Prefix, error) {
	tx := h.agent.Store.Read()
	if state.FindSubnet(tx, row.Scope(), row.Subnet) != nil {
		return h.networks.OfSubnet(ctx, row.Scope(), row.Subnet)
	}
	network, err := h.networks.OfVPC(ctx, state.FindVPC(tx, row.Scope(), state.DefaultVPC))
	return network, netip.Prefix{}, err
}

// labels are those of everything of the machine.
func (m *machine) labels() map[string]string {
	all := m.host.labels()
	all[labelInstance] = m.instance
	return all
}

// machineSpec is the sandbox of a container instance, on the network of the VPC and as the
// gateway of its bridge.
func machineSpec(row *state.ContainerInstance, labels map[string]string, network, bridge string) backend.SandboxSpec {
	return backend.SandboxSpec{
		Name: instanceName("instance", row.ARN), Network: network, Routes: bridge, Domain: state.HostDomain(row.Scope()), Labels: labels,
		SharesIPC: true, // with tasks of ipcMode host
		Devices:   true,
		CPU:       int64(row.Registered.CPU), Memory: int64(row.Registered.Memory) * mebibyte,
	}
}

// start starts a sandbox and takes it over. Packets go as they did in its life before.
func (m *machine) start(ctx context.Context, p place) error {
	m.host.knowInstance(p.sandbox, m.instance)
	if err := m.host.Engine.Start(ctx, p.sandbox); err != nil {
		return err
	}
	p.life++
	m.mu.Lock()
	m.place, m.runs = p, true
	m.begin()
	m.mu.Unlock()
	if err := m.direct(ctx); err != nil {
		return err
	}
	m.join(p)
	return m.host.agent.interfaces.Started(ctx, m.instance, p.sandbox)
}

// startAgain starts a sandbox that has run before, unless it still runs without its network.
func (m *machine) startAgain(ctx context.Context, p place) error {
	if seen, err := m.host.Engine.Inspect(ctx, p.sandbox); err == nil && seen.State == backend.Running && !connected(seen) {
		return errors.New("the container instance was disconnected from its network")
	}
	return m.start(ctx, p)
}

// join notes the network interface of a container instance.
func (m *machine) join(at place) {
	a := m.host.agent
	row := state.FindContainerInstance(a.Store.Read(), m.instance)
	if row == nil {
		return
	}
	var groups []string
	if a.InstanceGroups != nil {
		groups = a.InstanceGroups(row)
	}
	a.interfaces.Join(m.host.networks, m.instance, row.Scope(), groups, at.ip)
}

// DefaultInstanceRange is the block of the bridge networks of container instances. It is
// of the range for benchmarks of network devices, which neither networks nor engines use
// and which nothing outside answers. Source: RFC 2544, appendix C.
var DefaultInstanceRange = netip.MustParsePrefix("198.18.0.0/15")

// bridgeBits is the size of a bridge network: one for 60 containers.
const bridgeBits = 26

// bridge makes the machine's bridge network, or finds it. Ranges that the engine has in
// use are passed over.
func (m *machine) bridge(ctx context.Context) (backend.Network, error) {
	spec := backend.NetworkSpec{Name: instanceName("bridge", m.instance), Isolated: true, Labels: m.labels()}
	for range m.host.ranges.count() {
		spec.CIDR = m.host.ranges.next()
		network, err := m.host.Engine.EnsureNetwork(ctx, spec)
		if !errors.Is(err, backend.ErrAddressInUse) {
			return network, err
		}
	}
	return backend.Network{}, fmt.Errorf("each /%d of %s is in use; choose another range with --instance-cidr", bridgeBits, m.host.ranges.block)
}
