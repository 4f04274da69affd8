package sim

import (
	"context"
	"maps"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// CreateSandbox makes a network namespace, stopped.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return "", err
	}
	if c := e.names[spec.Name]; c != nil {
		return c.sameAs(spec.Name, true)
	}
	network := e.networks[spec.Network]
	if network == nil {
		return "", daemonError(backend.ErrNotFound, "network %s not found", spec.Network)
	}
	box := &sandbox{network: network, hostname: spec.Hostname}
	if spec.IP != "" {
		ip, err := netip.ParseAddr(spec.IP)
		if err != nil {
			return "", daemonError(nil, "invalid IPv4 address: %s", spec.IP)
		}
		box.want = ip
	}
	c := &container{name: spec.Name, labels: maps.Clone(spec.Labels), box: box}
	box.self = c
	if err := e.add(c); err != nil {
		return "", err
	}
	if box.hostname == "" {
		box.hostname = c.id[:12]
	}
	return c.id, nil
}

// startSandbox takes the address. Other containers of the sandbox, if any run,
// are left in the former namespace, as on Docker: they serve nobody any more.
func (e *Engine) startSandbox(c *container) error {
	address, err := c.box.network.take(c, c.box.want)
	if err != nil {
		c.failure = err.Error()
		return err
	}
	c.box.address = address
	c.box.ports, c.box.catchAll, c.box.checkers = nil, nil, nil
	e.begin(c)
	return nil
}
