package containerinstance

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// mostTries bounds how many sandboxes are made until one has its address.
const mostTries = 10

// make starts the sandbox that there is, or else makes one.
func (m *Instance) make(ctx context.Context) error {
	row := state.FindContainerInstance(m.all.Store.Read(), m.arn)
	if row == nil {
		return errors.New("the container instance is gone")
	}
	m.all.memory.use(m.all, row)
	if old := m.Place(); old.Sandbox != "" {
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
	for range mostTries {
		var made Place
		if made, err = m.create(ctx, row, own); err == nil {
			err = m.start(ctx, made)
		}
		switch {
		case !errors.Is(err, backend.ErrAddressInUse):
			return err
		case made.Sandbox != "":
			if removed := m.discard(ctx, made); removed != nil {
				return removed
			}
		case !own.IsValid():
			return err
		}
		if own.IsValid() {
			m.all.Log.Warn("a container instance gets another address, because another container has its own", "containerInstance", m.arn, "address", own)
			own = netip.Addr{}
		}
	}
	return err
}

// address is the address of the EC2 instance; zero if it has none.
func (m *Instance) address(row *state.ContainerInstance) netip.Addr {
	if of := m.all.Address; of != nil {
		return of(row)
	}
	return netip.Addr{}
}

// discard removes a sandbox that cannot be started.
func (m *Instance) discard(ctx context.Context, p Place) error {
	m.all.Interfaces.Leave(m.arn) // before another sandbox gets its address
	if err := m.all.Engine.Remove(ctx, p.Sandbox); err != nil {
		return fmt.Errorf("remove the sandbox of the container instance: %w", err)
	}
	m.all.forget(p.Sandbox)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.place.Sandbox, m.runs = "", false
	return nil
}

// create makes the network and the sandbox, with an address if that is valid.
func (m *Instance) create(ctx context.Context, row *state.ContainerInstance, own netip.Addr) (Place, error) {
	h := m.all
	network, subnet, err := h.network(ctx, row)
	if err != nil {
		return Place{}, err
	}
	m.isLeft() // from now on, also if the engine answers with an error
	bridge, err := m.bridge(ctx)
	if err != nil {
		return Place{}, fmt.Errorf("make the bridge network of the container instance: %w", err)
	}
	spec := sandboxSpec(row, h.labels(m.arn), network.Name, bridge.Name)
	spec.Subnet = subnet
	vpc.Resolve(&spec, vpc.Of(h.Store.Read(), row.Scope(), row.Subnet))
	if own.IsValid() && network.CIDR.Contains(own) {
		spec.IP = own
	} else if own.IsValid() {
		h.Log.Warn("a container instance gets another address, because its own is not in the VPC", "containerInstance", m.arn, "address", own, "vpc", network.CIDR)
	}
	made, err := h.Engine.CreateSandbox(ctx, spec)
	if err != nil {
		return Place{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.place = Place{Sandbox: made.ID, Network: bridge.Name, IP: made.IP, Life: m.place.Life}
	return m.place, nil
}

// network is where a container instance is in: its subnet or, without one, the whole
// default VPC.
func (h *Instances) network(ctx context.Context, row *state.ContainerInstance) (backend.Network, netip.Prefix, error) {
	tx := h.Store.Read()
	if ec2network.FindSubnet(tx, row.Scope(), row.Subnet) != nil {
		return h.Networks.OfSubnet(ctx, row.Scope(), row.Subnet)
	}
	network, err := h.Networks.OfVPC(ctx, ec2network.FindVPC(tx, row.Scope(), ec2network.DefaultVPC))
	return network, netip.Prefix{}, err
}

// sandboxSpec is the sandbox of a container instance, on the network of the VPC and as the
// gateway of its bridge.
func sandboxSpec(row *state.ContainerInstance, labels map[string]string, network, bridge string) backend.SandboxSpec {
	return backend.SandboxSpec{
		Name: SandboxName(row.ARN), Network: network, Routes: bridge, Domain: ec2network.HostDomain(row.Scope()), Labels: labels,
		SharesIPC: true, // with tasks of ipcMode host
		Devices:   true,
		CPU:       int64(row.Registered.CPU), Memory: int64(row.Registered.Memory) * mebibyte,
	}
}

// start starts a sandbox and takes it over. Packets go as they did in its life before.
func (m *Instance) start(ctx context.Context, p Place) error {
	m.all.know(p.Sandbox, m.arn)
	seen, err := m.all.Engine.StartSandbox(ctx, p.Sandbox)
	if err != nil {
		return err
	}
	p.Life++
	p.Since = seen.StartedAt
	m.mu.Lock()
	m.place, m.runs, m.daemons = p, true, m.all.hasDaemons(m.arn)
	m.begin()
	m.mu.Unlock()
	if err := m.Direct(ctx); err != nil {
		return err
	}
	m.join(p)
	return m.all.Interfaces.Started(ctx, m.arn, seen)
}

// hasDaemons reports whether ECS runs daemons on a container instance: on managed ones.
func (all *Instances) hasDaemons(arn string) bool {
	row := state.FindContainerInstance(all.Store.Read(), arn)
	return row != nil && row.LaunchType == types.LaunchTypeManagedInstances
}

// startAgain starts a sandbox that has run before. It refuses one that runs without its network, or that others have
// started.
func (m *Instance) startAgain(ctx context.Context, p Place) error {
	if seen, err := m.all.Engine.Inspect(ctx, p.Sandbox); err == nil && seen.State == backend.Running && !p.stands(seen) {
		return errors.New("the container instance was disconnected from its network, or started again by others")
	}
	return m.start(ctx, p)
}

// join notes the network interface of a container instance.
func (m *Instance) join(at Place) {
	if row := state.FindContainerInstance(m.all.Store.Read(), m.arn); row != nil {
		m.all.join(row, at.IP)
	}
}

func (all *Instances) join(row *state.ContainerInstance, address netip.Addr) {
	var groups []string
	if all.Groups != nil {
		groups = all.Groups(row)
	}
	all.Interfaces.Join(all.Networks, row.ARN, row.Scope(), groups, address)
}

// Expect notes the network interface of a container instance that has tasks, before the engine has been looked at.
func (all *Instances) Expect(row *state.ContainerInstance) {
	if all.Address == nil {
		return
	}
	if address := all.Address(row); address.IsValid() {
		all.join(row, address)
	}
}

// bridgeBits is the size of a bridge network: one for 60 containers.
const bridgeBits = 26

// bridge makes the bridge network, or finds it. Ranges that the engine has in
// use are passed over.
func (m *Instance) bridge(ctx context.Context) (backend.Network, error) {
	spec := m.all.Bridge(m.arn)
	for range m.all.ranges.count() {
		spec.CIDR = m.all.ranges.next()
		network, err := m.all.Engine.EnsureNetwork(ctx, spec)
		if !errors.Is(err, backend.ErrAddressInUse) {
			return network, err
		}
	}
	return backend.Network{}, fmt.Errorf("each /%d of %s is in use; choose another range with --instance-cidr", bridgeBits, m.all.ranges.block)
}
