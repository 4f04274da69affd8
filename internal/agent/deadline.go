package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// timed is an engine whose calls have deadlines. When one runs out, the engine is
// asked whether it is there at all: one that does not answer is lost, and tasks stay
// as they are; one that does is stuck with this call, which fails.
type timed struct {
	backend.Engine
	lost func(error) // is told that the engine does not answer
}

// How long the engine may take. A stop has its grace besides.
// Source: amazon-ecs-agent, Docker timeouts; those of the network, of lists, of
// counters and of answers about the engine itself are the emulator's own.
const (
	infoTimeout    = 5 * time.Second
	networkTimeout = time.Minute
	inspectTimeout = 30 * time.Second
	statsTimeout   = 4 * time.Second
	createTimeout  = 4 * time.Minute
	startTimeout   = 3 * time.Minute
	stopTimeout    = 2 * time.Minute
	removeTimeout  = 5 * time.Minute
	listTimeout    = 2 * time.Minute
	volumeTimeout  = 5 * time.Minute
)

// timeoutError is a call that the engine has not answered in time, although it
// answers others. Source: amazon-ecs-agent's DockerTimeoutError.
type timeoutError struct {
	to    string // the state to be reached
	after time.Duration
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("DockerTimeoutError: Could not transition to %s; timed out after waiting %s", e.to, e.after)
}

// limit makes a call with a deadline.
func limit[T any](ctx context.Context, t timed, to string, after time.Duration, call func(context.Context) (T, error)) (T, error) {
	result, late, err := callUntil(ctx, after, call)
	switch {
	case err == nil:
		return result, nil
	case !late && ctx.Err() == nil && errors.Is(err, context.Canceled):
		return result, lostError(err) // nobody here has cut it off: the engine ends
	case !late:
		return result, err
	}
	if _, silent := t.Info(context.WithoutCancel(ctx)); silent != nil {
		t.lost(silent)
		return result, silent
	}
	return result, &timeoutError{to, after}
}

// callUntil makes a call and reports whether it came to its deadline.
func callUntil[T any](ctx context.Context, after time.Duration, call func(context.Context) (T, error)) (result T, late bool, err error) {
	if f, ok := ctx.(*flight); ok {
		result, err = call(f.limit(after))
		return result, f.unlimit(), err
	}
	limited, cancel := context.WithTimeout(ctx, after)
	defer cancel()
	result, err = call(limited)
	return result, limited.Err() != nil && ctx.Err() == nil, err
}

func limitError(ctx context.Context, t timed, to string, after time.Duration, call func(context.Context) error) error {
	_, err := limit(ctx, t, to, after, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// Info fails with backend.ErrUnavailable, whatever keeps the engine from answering.
func (t timed) Info(ctx context.Context) (backend.Info, error) {
	limited, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	info, err := t.Engine.Info(limited)
	switch {
	case err == nil || ctx.Err() != nil:
		return info, err
	case limited.Err() != nil:
		return info, fmt.Errorf("%w: no answer within %s", backend.ErrUnavailable, infoTimeout)
	default:
		return info, lostError(err)
	}
}

func (t timed) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	return limit(ctx, t, "created", networkTimeout, func(ctx context.Context) (backend.Network, error) {
		return t.Engine.EnsureNetwork(ctx, spec)
	})
}

func (t timed) ReserveAddress(ctx context.Context, network string, subnet netip.Prefix) (netip.Addr, error) {
	return limit(ctx, t, "reserved", networkTimeout, func(ctx context.Context) (netip.Addr, error) {
		return t.Engine.ReserveAddress(ctx, network, subnet)
	})
}

func (t timed) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	return limit(ctx, t, "listed", listTimeout, func(ctx context.Context) ([]backend.Network, error) {
		return t.Engine.Networks(ctx, labels)
	})
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

// timedRelay is that of such an engine.
type timedRelay struct {
	backend.Relay
	engine timed
}

func (r timedRelay) PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error) {
	err = limitError(ctx, r.engine, "published", startTimeout, func(ctx context.Context) (err error) {
		tcp, udp, err = r.Relay.PublishedPorts(ctx)
		return err
	})
	return tcp, udp, err
}

func (r timedRelay) SetPublished(ctx context.Context, forwards []backend.PortForward) error {
	return limitError(ctx, r.engine, "published", networkTimeout, func(ctx context.Context) error {
		return r.Relay.SetPublished(ctx, forwards)
	})
}

// timedLoadBalancers are those of such an engine.
type timedLoadBalancers struct {
	backend.LoadBalancers
	engine timed
}

func (b timedLoadBalancers) CreateLoadBalancer(ctx context.Context, spec backend.LoadBalancerSpec) (string, error) {
	return limit(ctx, b.engine, "created", createTimeout, func(ctx context.Context) (string, error) {
		return b.LoadBalancers.CreateLoadBalancer(ctx, spec)
	})
}

func (b timedLoadBalancers) ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error) {
	return limit(ctx, b.engine, "connected", inspectTimeout, func(ctx context.Context) (io.ReadWriteCloser, error) {
		return b.LoadBalancers.ConnectLoadBalancer(ctx, id)
	})
}

func (b timedLoadBalancers) KeepClients(ctx context.Context, sandboxID string, targets []netip.Addr) ([]netip.Addr, error) {
	return limit(ctx, b.engine, "connected", startTimeout, func(ctx context.Context) ([]netip.Addr, error) {
		return b.LoadBalancers.KeepClients(ctx, sandboxID, targets)
	})
}

func (t timed) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	return limit(ctx, t, "pulled", inspectTimeout, func(ctx context.Context) (backend.Image, error) {
		return t.Engine.Image(ctx, ref, platform)
	})
}

// pullCheck is how often the engine is asked during a pull whether it is there.
const pullCheck = time.Minute

// Pull takes as long as the network does: engines give up on a pull that makes no
// progress.
func (t timed) Pull(ctx context.Context, spec backend.PullSpec) error {
	pulling, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go t.watch(pulling, cancel)
	err := t.Engine.Pull(pulling, spec)
	switch silent := context.Cause(pulling); {
	case err == nil || ctx.Err() != nil:
		return err
	case silent != nil:
		t.lost(silent)
		return silent
	case errors.Is(err, context.Canceled):
		return lostError(err)
	default:
		return err
	}
}

// watch cancels when the engine does not answer any more.
func (t timed) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(pullCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if _, silent := t.Info(ctx); silent != nil {
			cancel(silent)
			return
		}
	}
}

func (t timed) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (backend.Container, error) {
	return limit(ctx, t, "created", createTimeout, func(ctx context.Context) (backend.Container, error) {
		return t.Engine.CreateSandbox(ctx, spec)
	})
}

func (t timed) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	return limit(ctx, t, "created", createTimeout, func(ctx context.Context) (string, error) {
		return t.Engine.Create(ctx, spec)
	})
}

func (t timed) Start(ctx context.Context, id string) error {
	return limitError(ctx, t, "started", startTimeout, func(ctx context.Context) error { return t.Engine.Start(ctx, id) })
}

func (t timed) Stop(ctx context.Context, id string, grace time.Duration) error {
	return limitError(ctx, t, "stopped", grace+stopTimeout, func(ctx context.Context) error { return t.Engine.Stop(ctx, id, grace) })
}

func (t timed) Remove(ctx context.Context, id string) error {
	return limitError(ctx, t, "removed", removeTimeout, func(ctx context.Context) error { return t.Engine.Remove(ctx, id) })
}

func (t timed) EnsureVolume(ctx context.Context, spec backend.VolumeSpec) error {
	return limitError(ctx, t, "created", volumeTimeout, func(ctx context.Context) error { return t.Engine.EnsureVolume(ctx, spec) })
}

func (t timed) Volume(ctx context.Context, name string) (backend.Volume, error) {
	return limit(ctx, t, "inspected", volumeTimeout, func(ctx context.Context) (backend.Volume, error) {
		return t.Engine.Volume(ctx, name)
	})
}

func (t timed) Folder(ctx context.Context, spec backend.FolderSpec) (string, error) {
	return limit(ctx, t, "created", volumeTimeout, func(ctx context.Context) (string, error) {
		return t.Engine.Folder(ctx, spec)
	})
}

func (t timed) Volumes(ctx context.Context, labels map[string]string) ([]backend.Volume, error) {
	return limit(ctx, t, "listed", listTimeout, func(ctx context.Context) ([]backend.Volume, error) {
		return t.Engine.Volumes(ctx, labels)
	})
}

func (t timed) RemoveVolume(ctx context.Context, name string) error {
	return limitError(ctx, t, "removed", volumeTimeout, func(ctx context.Context) error { return t.Engine.RemoveVolume(ctx, name) })
}

func (t timed) Inspect(ctx context.Context, id string) (backend.Container, error) {
	return limit(ctx, t, "inspected", inspectTimeout, func(ctx context.Context) (backend.Container, error) {
		return t.Engine.Inspect(ctx, id)
	})
}

func (t timed) Stats(ctx context.Context, id string) (backend.Stats, error) {
	return limit(ctx, t, "measured", statsTimeout, func(ctx context.Context) (backend.Stats, error) {
		return t.Engine.Stats(ctx, id)
	})
}

func (t timed) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	return limit(ctx, t, "listed", listTimeout, func(ctx context.Context) ([]backend.Container, error) {
		return t.Engine.List(ctx, labels)
	})
}

// lostError makes sure that the cause of a lost connection says so.
func lostError(cause error) error {
	if errors.Is(cause, backend.ErrUnavailable) {
		return cause
	}
	return fmt.Errorf("%w: %w", backend.ErrUnavailable, cause)
}
