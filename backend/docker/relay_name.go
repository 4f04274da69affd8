package docker

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// relayAddress is where the relay of a network is, be it elsewhere than it is to: somebody had
// that address when the relay came.
func (e *Engine) relayAddress(vpc vpcnet.Network) netip.Addr {
	e.relays.mu.Lock()
	defer e.relays.mu.Unlock()
	if at, ok := e.relays.addresses[vpc.ID]; ok {
		return at
	}
	return vpc.RelayAddress()
}

// keep has the relay come back where sandboxes of an earlier run look for it: the latest of them,
// which the engine lists first.
func (r *relays) keep(vpc vpcnet.Network, at netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.addresses[vpc.ID]; !known {
		r.addresses[vpc.ID] = at
	}
}

// settledRelayAddress is relayAddress, once it is sure.
func (e *Engine) settledRelayAddress(ctx context.Context, vpc vpcnet.Network) netip.Addr {
	if vpc.Adopted { // others may have the address that it is to have
		e.awaitRelay(ctx)
	}
	return e.relayAddress(vpc)
}

// nameRelay lets a container find the relay by its name without asking anybody, unless the
// spec says where that name leads.
func (e *Engine) nameRelay(ctx context.Context, host *container.HostConfig, vpc vpcnet.Network) {
	if e.relays.listenerAt(backend.RelayPort) == nil || vpc.ID == "" {
		return
	}
	at := e.settledRelayAddress(ctx, vpc)
	if !at.IsValid() || slices.ContainsFunc(host.ExtraHosts, func(entry string) bool {
		return strings.HasPrefix(entry, backend.RelayName+":")
	}) {
		return
	}
	host.ExtraHosts = append(slices.Clone(host.ExtraHosts), backend.RelayName+":"+at.String())
}

// nameRelayAcross is nameRelay for a container on a network that may be isolated: there the
// relay is found where that leads to.
func (e *Engine) nameRelayAcross(ctx context.Context, host *container.HostConfig, vpc vpcnet.Network) error {
	if !vpc.Isolated {
		e.nameRelay(ctx, host, vpc)
		return nil
	}
	outside, err := e.outsideOf(ctx, vpc)
	if err == nil {
		e.nameRelay(ctx, host, outside)
	}
	return err
}

// outsideOf is the network to which an isolated one leads, through the sandbox that routes
// it; none leads nowhere.
func (e *Engine) outsideOf(ctx context.Context, isolated vpcnet.Network) (vpcnet.Network, error) {
	e.relays.mu.Lock()
	known, ok := e.relays.routed[isolated.ID]
	e.relays.mu.Unlock()
	if ok || e.relays.listenerAt(backend.RelayPort) == nil {
		return known, nil
	}
	routers := e.owner.Filter(nil)
	routers.Add("label", label.RoutesKey)
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: routers})
	if err != nil {
		return vpcnet.Network{}, err
	}
	for _, c := range found {
		inside, out, _ := strings.Cut(c.Labels[label.RoutesKey], " ")
		if inside != isolated.GatewayPrefix() {
			continue
		}
		for _, vpc := range e.networks.All() {
			if !vpc.Isolated && vpc.GatewayPrefix() == out {
				e.relays.mu.Lock()
				e.relays.routed[isolated.ID] = vpc
				e.relays.mu.Unlock()
				return vpc, nil
			}
		}
	}
	return vpcnet.Network{}, nil
}
