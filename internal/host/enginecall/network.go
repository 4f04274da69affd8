package enginecall

import (
	"context"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func (t timed) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	return limit(ctx, t, "created", ensureTimeout, with(t.Engine.EnsureNetwork, spec))
}

func (t timed) ReserveAddress(ctx context.Context, network string, subnet netip.Prefix) (netip.Addr, error) {
	return limit(ctx, t, "reserved", networkTimeout, func(ctx context.Context) (netip.Addr, error) {
		return t.Engine.ReserveAddress(ctx, network, subnet)
	})
}

func (t timed) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	return limit(ctx, t, "listed", listTimeout, with(t.Engine.Networks, labels))
}

func (t timed) RemoveNetwork(ctx context.Context, name string) error {
	return limitError(ctx, t, "removed", networkTimeout, func(ctx context.Context) error { return t.Engine.RemoveNetwork(ctx, name) })
}

func (t timed) SetTraffic(ctx context.Context, sandboxID string, traffic backend.Traffic) error {
	return limitError(ctx, t, "started", networkTimeout, func(ctx context.Context) error {
		return t.Engine.SetTraffic(ctx, sandboxID, traffic)
	})
}

func (t timed) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	return limitError(ctx, t, "started", networkTimeout, func(ctx context.Context) error {
		return t.Engine.SetFilter(ctx, sandboxID, f)
	})
}

// relay is an engine's relay with deadlines.
type relay struct {
	backend.Relay
	engine timed
}

func (r relay) PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error) {
	err = limitError(ctx, r.engine, "published", startTimeout, func(ctx context.Context) (err error) {
		tcp, udp, err = r.Relay.PublishedPorts(ctx)
		return err
	})
	return tcp, udp, err
}

func (r relay) SetPublished(ctx context.Context, forwards []backend.PortForward) error {
	return limitError(ctx, r.engine, "published", networkTimeout, func(ctx context.Context) error {
		return r.Relay.SetPublished(ctx, forwards)
	})
}

// loadBalancers are an engine's load balancers with deadlines.
type loadBalancers struct {
	backend.LoadBalancers
	engine timed
}

func (b loadBalancers) CreateLoadBalancer(ctx context.Context, spec backend.LoadBalancerSpec) (string, error) {
	return limit(ctx, b.engine, "created", createTimeout, func(ctx context.Context) (string, error) {
		return b.LoadBalancers.CreateLoadBalancer(ctx, spec)
	})
}

func (b loadBalancers) ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error) {
	return limit(ctx, b.engine, "connected", inspectTimeout, func(ctx context.Context) (io.ReadWriteCloser, error) {
		return b.LoadBalancers.ConnectLoadBalancer(ctx, id)
	})
}

func (b loadBalancers) KeepClients(ctx context.Context, sandboxID string, targets []netip.Addr) ([]netip.Addr, error) {
	return limit(ctx, b.engine, "connected", startTimeout, func(ctx context.Context) ([]netip.Addr, error) {
		return b.LoadBalancers.KeepClients(ctx, sandboxID, targets)
	})
}

func (b loadBalancers) SetConnect(ctx context.Context, sandboxID string, c backend.Connect) error {
	return limitError(ctx, b.engine, "started", networkTimeout, func(ctx context.Context) error {
		return b.LoadBalancers.SetConnect(ctx, sandboxID, c)
	})
}
