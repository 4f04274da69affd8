package fault

import (
	"context"
	"errors"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var errNoLoadBalancers = errors.New("the engine runs no load balancers")

// CreateLoadBalancer implements backend.LoadBalancers, if the engine does.
func (e *Engine) CreateLoadBalancer(ctx context.Context, spec backend.LoadBalancerSpec) (string, error) {
	engine, ok := e.Engine.(backend.LoadBalancers)
	if !ok {
		return "", errNoLoadBalancers
	}
	return on(ctx, e, Create, target{labels: spec.Labels}, func(ctx context.Context) (string, error) {
		return engine.CreateLoadBalancer(ctx, spec)
	})
}

// ConnectLoadBalancer implements backend.LoadBalancers, if the engine does.
func (e *Engine) ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error) {
	engine, ok := e.Engine.(backend.LoadBalancers)
	if !ok {
		return nil, errNoLoadBalancers
	}
	return on(ctx, e, "", target{}, func(ctx context.Context) (io.ReadWriteCloser, error) {
		return engine.ConnectLoadBalancer(ctx, id)
	})
}

// KeepClients implements backend.LoadBalancers, if the engine does.
func (e *Engine) KeepClients(ctx context.Context, sandboxID string, targets []netip.Addr) ([]netip.Addr, error) {
	engine, ok := e.Engine.(backend.LoadBalancers)
	if !ok {
		return nil, errNoLoadBalancers
	}
	return on(ctx, e, "", target{}, func(ctx context.Context) ([]netip.Addr, error) {
		return engine.KeepClients(ctx, sandboxID, targets)
	})
}

// SetConnect implements backend.LoadBalancers, if the engine does.
func (e *Engine) SetConnect(ctx context.Context, sandboxID string, c backend.Connect) error {
	engine, ok := e.Engine.(backend.LoadBalancers)
	if !ok {
		return errNoLoadBalancers
	}
	return e.on(ctx, "", target{}, func(ctx context.Context) error { return engine.SetConnect(ctx, sandboxID, c) })
}
