package sim

import (
	"context"
	"maps"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// CreateSandbox makes a network namespace, stopped.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var net namespace
	var err error
	if net.network, err = e.networkOrNone(ctx, spec.Network); err != nil {
		return backend.Container{}, err
	}
	if net.routes, err = e.networkOrNone(ctx, spec.Routes); err != nil {
		return backend.Container{}, err
	}
	if c := e.names[spec.Name]; c != nil {
		_, err := c.sameAs(spec.Name, true)
		return c.inspect(), err
	}
	if err := checkHosts(spec.Names); err != nil {
		return backend.Container{}, err
	}
	c := &container{name: spec.Name, labels: maps.Clone(spec.Labels), net: &net, sharesIPC: spec.SharesIPC, names: spec.Names}
	if spec.Parent != "" {
		if c.box, err = e.sandbox(spec.Parent); err != nil {
			return backend.Container{}, err
		}
	}
	if net.routes != nil && net.network == nil {
		return backend.Container{}, daemon.Errorf(nil, "a sandbox that routes a network is on one itself")
	}
	if net.routes != nil && net.routes.router != nil {
		return backend.Container{}, daemon.Errorf(backend.ErrAddressInUse, "Address already in use")
	}
	if net.network != nil {
		if net.address, err = net.network.address(spec); err != nil {
			return backend.Container{}, err
		}
		if spec.Domain != "" {
			net.hostname = backend.HostName(net.address, spec.Domain)
			net.foundBy = backend.FoundBy(net.hostname)
		}
		net.foundBy = append(net.foundBy, spec.Aliases...)
	}
	net.enter(c)
	if err := e.add(c); err != nil {
		net.leave(c)
		return backend.Container{}, err
	}
	if net.network != nil && net.hostname == "" {
		net.hostname = c.id[:12] // as Docker names a container
	}
	return c.inspect(), nil
}

// networkOrNone is nil for no name.
func (e *Engine) networkOrNone(ctx context.Context, name string) (*network, error) {
	if name == "" {
		return nil, e.reach(ctx)
	}
	return e.findNetwork(ctx, name)
}

// address takes the address that a sandbox asks for, or one of its subnet.
func (n *network) address(spec backend.SandboxSpec) (netip.Addr, error) {
	if !spec.IP.IsValid() {
		return n.addresses.Take(spec.Subnet)
	}
	switch {
	case !n.CIDR.Contains(spec.IP):
		return spec.IP, daemon.Errorf(nil, "invalid endpoint settings: no configured subnet contains IP address %s", spec.IP)
	case !n.addresses.Occupy(spec.IP):
		return spec.IP, daemon.Errorf(backend.ErrAddressInUse, "Address already in use")
	}
	return spec.IP, nil
}

// startSandbox makes a new namespace. Other containers of the sandbox, if any run,
// are left in the former one, as on Docker: no client reaches them any more.
func (e *Engine) startSandbox(c *container) error {
	if c.box != nil && c.box.state != backend.Running {
		return noSandbox(c.box)
	}
	if err := e.networkGone(c); err != nil {
		return err
	}
	c.net.reset()
	before := c.startedAt
	e.begin(c)
	if next := before.Add(time.Millisecond); c.startedAt.Before(next) { // each life has a time of its own
		c.startedAt = next
	}
	return nil
}
