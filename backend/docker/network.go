package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// EnsureNetwork implements backend.Engine. An emulator that runs in a container of this engine joins
// the network with that container.
func (e *Engine) EnsureNetwork(ctx context.Context, spec backend.NetworkSpec) (backend.Network, error) {
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return backend.Network{}, dockerapi.Classify(err)
	}
	vpc, err := e.networks.Ensure(ctx, spec)
	if err != nil {
		return backend.Network{}, dockerapi.Classify(err)
	}
	e.direct.Reset() // the gateway may tell what the engine's facts could not
	if !vpc.Isolated {
		e.relay.Begin()
	}
	if known, ok := e.networks.Known(spec.Name); ok && known.Resolver {
		e.resolvers.Begin(known)
	}
	e.spare(vpc)
	return vpc.Public(spec.Name), nil
}

// spare has a network of the swarm stay on the engine when the last task there has ended.
func (e *Engine) spare(vpc vpcnet.Network) {
	if e.claims.Told && !vpc.Isolated {
		e.spares.Begin(vpc)
	}
}

// RemoveNetwork implements backend.Engine.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	vpc, err := e.networks.Get(ctx, name)
	if errors.Is(err, backend.ErrNotFound) {
		return nil
	}
	if err != nil {
		return dockerapi.Classify(err)
	}
	if vpc.Overlay {
		return dockerapi.Classify(e.networks.RemoveOverlay(ctx, name, vpc))
	}
	done, err := e.quit(ctx, name, vpc)
	if err != nil {
		return dockerapi.Classify(err)
	}
	defer done()
	if !vpc.Adopted {
		err = e.networks.Remove(ctx, vpc.ID)
	}
	switch {
	case errors.Is(err, dockerapi.ErrNetworkStuck): // as when all is removed
		e.log.Warn("cannot remove a network: it stays until the engine is restarted", "network", vpc.DockerName, "error", err)
	case err != nil && !cerrdefs.IsNotFound(err):
		return dockerapi.Classify(err)
	}
	e.networks.Forget(ctx, func(known string, _ vpcnet.Network) bool { return known == name })
	return nil
}

// quit takes the relay, the resolver, the spare container and warm sandboxes off a network that is to be removed, unless other
// containers run there. They must not come back until done is called.
func (e *Engine) quit(ctx context.Context, name string, vpc vpcnet.Network) (done func(), err error) {
	ended := e.warm.TaskStarts()
	e.releaseOwnWarm(ctx, name, netip.Prefix{}, netip.Addr{})
	members, err := e.networks.Members(ctx, vpc, false)
	if err == nil && len(members) > 0 {
		err = fmt.Errorf("network %s has active endpoints: %s", name, dockerapi.FirstName(members[0].Names))
	}
	if err != nil {
		ended()
		return nil, err
	}
	left, err := e.relay.Leave(ctx, vpc)
	if err != nil {
		ended()
		return nil, err
	}
	resolved, err := e.resolvers.Remove(ctx, vpc)
	if err != nil {
		left()
		ended()
		return nil, err
	}
	unspared, err := e.spares.Remove(ctx, vpc)
	if err != nil {
		resolved()
		left()
		ended()
		return nil, err
	}
	return func() {
		unspared()
		resolved()
		left()
		ended()
		if _, stays := e.networks.Known(name); stays { // they are to come back
			e.relay.Begin()
			e.spare(vpc)
		} else {
			e.removeWayOut()
		}
	}, nil
}

// ReserveAddress implements backend.Engine.
func (e *Engine) ReserveAddress(ctx context.Context, name string, subnet netip.Prefix) (netip.Addr, error) {
	vpc, err := e.networks.Get(ctx, name)
	if err != nil {
		return netip.Addr{}, dockerapi.Classify(err)
	}
	defer e.warm.TaskStarts()()
	ip, err := vpc.Addresses.Reserve(subnet)
	if addressMissing(err) && e.releaseWarm(ctx, name, subnet, ip) {
		ip, err = vpc.Addresses.Reserve(subnet)
	}
	return ip, err
}

// ReleaseAddress implements backend.Engine.
func (e *Engine) ReleaseAddress(name string, address netip.Addr) {
	if vpc, ok := e.networks.Known(name); ok {
		vpc.Addresses.Release(address)
	}
}

// Networks implements backend.Engine.
func (e *Engine) Networks(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	return e.networks.List(ctx, labels)
}

// RangeInUse implements backend.RangeChecker.
func (e *Engine) RangeInUse(ctx context.Context, cidr netip.Prefix) error {
	return e.networks.RangeInUse(ctx, cidr)
}

// foundOnNetwork learns from a container of an earlier run, and reports whether it is gone now.
func (e *Engine) foundOnNetwork(ctx context.Context, vpc vpcnet.Network, c container.Summary) (removed bool) {
	if e.removedWarm(ctx, c) {
		return true
	}
	if at, err := netip.ParseAddr(c.Labels[label.RelayKey]); err == nil && vpc.Subnet.Contains(at) {
		e.relay.Keep(vpc, at)
	}
	return false
}
