package fault

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// with is a call with what it is about.
func with[A, T any](call func(context.Context, A) (T, error), about A) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) { return call(ctx, about) }
}

// Info implements backend.Engine.
func (e *Engine) Info(ctx context.Context) (backend.Info, error) {
	return on(ctx, e, Info, target{}, e.Engine.Info)
}

// EnsureNetwork implements backend.Engine.
func (e *Engine) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	return on(ctx, e, EnsureNetwork, target{labels: spec.Labels}, with(e.Engine.EnsureNetwork, spec))
}

// ReserveAddress implements backend.Engine.
func (e *Engine) ReserveAddress(ctx context.Context, network string, subnet netip.Prefix) (netip.Addr, error) {
	return on(ctx, e, EnsureNetwork, target{}, func(ctx context.Context) (netip.Addr, error) {
		return e.Engine.ReserveAddress(ctx, network, subnet)
	})
}

// CreateSandbox implements backend.Engine.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	t := target{labels: spec.Labels, sandbox: true}
	return on(ctx, e, CreateSandbox, t, with(e.Engine.CreateSandbox, spec))
}

// Networks implements backend.Engine.
func (e *Engine) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	return on(ctx, e, List, target{labels: labels}, with(e.Engine.Networks, labels))
}

// RemoveNetwork implements backend.Engine.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	return e.on(ctx, Remove, target{}, func(ctx context.Context) error { return e.Engine.RemoveNetwork(ctx, name) })
}

// SetTraffic implements backend.Engine.
func (e *Engine) SetTraffic(ctx context.Context, sandboxID string, t backend.Traffic) error {
	return e.on(ctx, SetTraffic, e.target(ctx, sandboxID), func(ctx context.Context) error {
		return e.Engine.SetTraffic(ctx, sandboxID, t)
	})
}

// SetFilter implements backend.Engine.
func (e *Engine) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	return e.on(ctx, SetFilter, e.target(ctx, sandboxID), func(ctx context.Context) error {
		return e.Engine.SetFilter(ctx, sandboxID, f)
	})
}

// Create implements backend.Engine.
func (e *Engine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	t := target{image: spec.Image, labels: spec.Labels}
	return on(ctx, e, Create, t, with(e.Engine.Create, spec))
}

// Start implements backend.Engine.
func (e *Engine) Start(ctx context.Context, id string) error {
	if !e.isArmed() {
		return e.Engine.Start(ctx, id)
	}
	t := e.target(ctx, id)
	return e.on(ctx, Start, t, func(ctx context.Context) error {
		err := e.Engine.Start(ctx, id)
		if err == nil {
			e.mayCrash(id, t)
		}
		return err
	})
}

// Stop implements backend.Engine.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	return e.on(ctx, Stop, e.target(ctx, id), func(ctx context.Context) error { return e.Engine.Stop(ctx, id, grace) })
}

var errCannotCrash = errors.New("the engine cannot crash containers")

// Crash implements backend.Crasher, if the engine does.
func (e *Engine) Crash(ctx context.Context, id string) error {
	crasher, ok := e.Engine.(backend.Crasher)
	if !ok {
		return errCannotCrash
	}
	return e.on(ctx, Any, target{}, func(ctx context.Context) error { return crasher.Crash(ctx, id) })
}

// Remove implements backend.Engine.
func (e *Engine) Remove(ctx context.Context, id string) error {
	return e.on(ctx, Remove, e.target(ctx, id), func(ctx context.Context) error {
		return e.Engine.Remove(ctx, id)
	})
}

// Inspect implements backend.Engine.
func (e *Engine) Inspect(ctx context.Context, id string) (backend.Container, error) {
	return on(ctx, e, Inspect, e.target(ctx, id), with(e.Engine.Inspect, id))
}

// Stats implements backend.Engine.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	return on(ctx, e, Inspect, e.target(ctx, id), with(e.Engine.Stats, id))
}

// Usage implements backend.UsageReader: where the engine does not, one container after the other.
func (e *Engine) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	return on(ctx, e, Inspect, target{}, func(ctx context.Context) (map[string]backend.Usage, error) {
		if reader, ok := e.Engine.(backend.UsageReader); ok {
			return reader.Usage(ctx, ids)
		}
		all := map[string]backend.Usage{}
		for _, id := range ids {
			if s, err := e.Engine.Stats(ctx, id); err == nil {
				all[id] = backend.Usage{Stats: s}
			} else if ctx.Err() != nil || errors.Is(err, backend.ErrUnavailable) {
				return nil, err
			}
		}
		return all, nil
	})
}

// List implements backend.Engine.
func (e *Engine) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	list, err := on(ctx, e, List, target{labels: labels}, with(e.Engine.List, labels))
	for i, c := range list {
		if e.rules.unseen(targetOf(c)) {
			list[i] = backend.Container{ID: c.ID, Name: c.Name, Labels: c.Labels, Sandbox: c.Sandbox, State: backend.Unseen}
		}
	}
	return list, err
}

// Logs implements backend.Engine.
func (e *Engine) Logs(ctx context.Context, id string, opts backend.LogOptions) error {
	if _, away := e.reach(); away != nil {
		return away
	}
	return e.Engine.Logs(ctx, id, opts)
}

// Dial implements backend.Engine.
func (e *Engine) Dial(ctx context.Context, network, sandboxID string, port int) (net.Conn, error) {
	if _, away := e.reach(); away != nil {
		return nil, away
	}
	return e.Engine.Dial(ctx, network, sandboxID, port)
}

// Exec implements backend.Executor.
func (e *Engine) Exec(ctx context.Context, id string, spec backend.ExecSpec) (backend.Session, error) {
	return on(ctx, e, Exec, e.target(ctx, id), func(ctx context.Context) (backend.Session, error) {
		return e.Engine.Exec(ctx, id, spec)
	})
}

// RemoveAll implements backend.Engine.
func (e *Engine) RemoveAll(ctx context.Context) error {
	if _, away := e.reach(); away != nil {
		return away
	}
	return e.Engine.RemoveAll(ctx)
}
