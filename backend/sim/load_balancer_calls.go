package sim

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// CreateLoadBalancer makes a load balancer, stopped.
func (e *Engine) CreateLoadBalancer(ctx context.Context, spec backend.LoadBalancerSpec) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return "", err
	}
	if c := e.names[spec.Name]; c != nil {
		return c.sameAs(spec.Name, false)
	}
	box, err := e.sandbox(spec.Sandbox)
	if err != nil {
		return "", err
	}
	c := &container{name: spec.Name, labels: maps.Clone(spec.Labels), spec: &containerSpec{}, box: box, net: box.net, plane: &dataPlane{}}
	if spec.Debug {
		c.plane.level = slog.LevelDebug
	}
	if err := e.add(c); err != nil {
		return "", err
	}
	return c.id, nil
}

// ConnectLoadBalancer connects to the server of one that runs.
func (e *Engine) ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.plane == nil {
		return nil, noSuchContainer(id)
	}
	near, far := net.Pipe()
	if c.state != backend.Running {
		_ = far.Close()
		return near, nil
	}
	c.keep(far)
	server, plane := c.plane.server, &notedPlane{c.plane.balancer, e, c}
	go func() {
		server.Serve(context.Background(), plane, far) //nolint:errcheck // the other side has gone
		_ = far.Close()
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(c.conns, far)
	}()
	return near, nil
}

// KeepClients does nothing: scripted containers see which address dials them.
func (e *Engine) KeepClients(ctx context.Context, sandboxID string, _ []netip.Addr) ([]netip.Addr, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.find(ctx, sandboxID)
	return nil, err
}
