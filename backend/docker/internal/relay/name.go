package relay

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

// Address is where the relay of a network is: its usual address, or another one if that was taken.
func (r *Relay) Address(vpc vpcnet.Network) netip.Addr {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.addresses[vpc.ID]; ok {
		return at
	}
	return vpc.RelayAddress()
}

// Keep has the relay come back where a sandbox of an earlier run looks for it. The first call for a
// network counts: the engine lists the latest sandbox first.
func (r *Relay) Keep(vpc vpcnet.Network, at netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.addresses[vpc.ID]; !known {
		r.addresses[vpc.ID] = at
	}
}

// SettledAddress is Address; on a network of the user's it waits until the relay is there.
func (r *Relay) SettledAddress(ctx context.Context, vpc vpcnet.Network) netip.Addr {
	if vpc.Adopted { // others may have the address that it is to have
		r.Await(ctx)
	}
	return r.Address(vpc)
}

// Name lets a container find the relay by its name without a DNS server, unless the
// spec says where that name leads.
func (r *Relay) Name(ctx context.Context, host *container.HostConfig, vpc vpcnet.Network) {
	if r.listenerAt(backend.RelayPort) == nil || vpc.ID == "" {
		return
	}
	at := r.SettledAddress(ctx, vpc)
	if !at.IsValid() || slices.ContainsFunc(host.ExtraHosts, func(entry string) bool {
		return strings.HasPrefix(entry, backend.RelayName+":")
	}) {
		return
	}
	host.ExtraHosts = append(slices.Clone(host.ExtraHosts), backend.RelayName+":"+at.String(), backend.RelayDataName+":"+at.String())
}

// NameAcross is Name for a container on a network that may be isolated: from there the relay is
// found on the network that the isolated one leads to.
func (r *Relay) NameAcross(ctx context.Context, host *container.HostConfig, vpc vpcnet.Network) error {
	if !vpc.Isolated {
		r.Name(ctx, host, vpc)
		return nil
	}
	outside, err := r.outsideOf(ctx, vpc)
	if err == nil {
		r.Name(ctx, host, outside)
	}
	return err
}

// outsideOf is the network to which an isolated one leads, through the sandbox that routes
// it; none leads nowhere.
func (r *Relay) outsideOf(ctx context.Context, isolated vpcnet.Network) (vpcnet.Network, error) {
	r.mu.Lock()
	known, ok := r.routed[isolated.ID]
	r.mu.Unlock()
	if ok || r.listenerAt(backend.RelayPort) == nil {
		return known, nil
	}
	routers := r.Owner.Filter(nil)
	routers.Add("label", label.RoutesKey)
	found, err := r.Client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: routers})
	if err != nil {
		return vpcnet.Network{}, err
	}
	for _, c := range found {
		inside, _, _ := strings.Cut(c.Labels[label.RoutesKey], " ")
		if inside != isolated.GatewayPrefix() || c.NetworkSettings == nil {
			continue
		}
		for _, vpc := range r.Networks.All() {
			if !vpc.Isolated && c.NetworkSettings.Networks[vpc.DockerName] != nil {
				r.mu.Lock()
				r.routed[isolated.ID] = vpc
				r.mu.Unlock()
				return vpc, nil
			}
		}
	}
	return vpcnet.Network{}, nil
}
