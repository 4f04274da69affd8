package sim

import (
	"context"
	"maps"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// CreateSandbox makes a network namespace, stopped.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	network, err := e.findNetwork(ctx, spec.Network)
	if err != nil {
		return backend.Container{}, err
	}
	if c := e.names[spec.Name]; c != nil {
		_, err := c.sameAs(spec.Name, true)
		return c.inspect(), err
	}
	if spec.Parent != "" {
		if parent := e.containers[spec.Parent]; parent == nil || parent.spec != nil {
			return backend.Container{}, noSuchContainer(spec.Parent)
		}
	}
	ip, err := network.address(spec)
	if err != nil {
		return backend.Container{}, err
	}
	box := &sandbox{network: network, address: ip, hostname: backend.HostName(ip, spec.Domain)}
	c := &container{name: spec.Name, labels: maps.Clone(spec.Labels), box: box}
	box.self = c
	if err := e.add(c); err != nil {
		network.addresses.Give(ip)
		return backend.Container{}, err
	}
	return c.inspect(), nil
}

// address takes the address that a sandbox asks for, or one of its subnet.
func (n *network) address(spec backend.SandboxSpec) (netip.Addr, error) {
	if !spec.IP.IsValid() {
		return n.addresses.Take(spec.Subnet)
	}
	switch {
	case !n.CIDR.Contains(spec.IP):
		return spec.IP, daemonError(nil, "invalid endpoint settings: no configured subnet contains IP address %s", spec.IP)
	case !n.addresses.Occupy(spec.IP):
		return spec.IP, daemonError(backend.ErrAddressInUse, "Address already in use")
	}
	return spec.IP, nil
}

// startSandbox makes a new namespace. Other containers of the sandbox, if any run,
// are left in the former one, as on Docker: they serve nobody any more.
func (e *Engine) startSandbox(c *container) {
	c.box.ports, c.box.catchAll, c.box.checkers = nil, nil, nil
	e.begin(c)
}
