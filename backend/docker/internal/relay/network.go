package relay

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// joinAll puts the relay on all networks in use but isolated ones.
func (r *Relay) joinAll(ctx context.Context, l *link) error {
	var failures []error
	for _, vpc := range r.Networks.All() {
		if !vpc.Isolated {
			failures = append(failures, r.join(ctx, l, vpc))
		}
	}
	return errors.Join(failures...)
}

// join puts the relay on a network, unless it is there.
func (r *Relay) join(ctx context.Context, l *link, vpc vpcnet.Network) error {
	if _, on := l.networks.Load(vpc.ID); on {
		return nil
	}
	if err := r.nets.Acquire(ctx, 1); err != nil {
		return err
	}
	defer r.nets.Release(1)
	if _, on := l.networks.Load(vpc.ID); on {
		return nil
	}
	if !r.knows(vpc) { // it has just been removed
		return nil
	}
	wish := r.Address(vpc)
	at, err := r.connect(ctx, l, vpc, wish)
	if err != nil && wish.IsValid() && dockerapi.AddressTaken(err) {
		at, err = r.connect(ctx, l, vpc, netip.Addr{})
	}
	if err != nil {
		return fmt.Errorf("put the relay on network %s: %w", vpc.DockerName, err)
	}
	r.mu.Lock()
	r.addresses[vpc.ID] = at
	r.mu.Unlock()
	l.networks.Store(vpc.ID, struct{}{})
	return nil
}

// knows reports whether a network is in use.
func (r *Relay) knows(vpc vpcnet.Network) bool {
	for _, known := range r.Networks.All() {
		if known.ID == vpc.ID {
			return true
		}
	}
	return false
}

// connect returns the address that the relay has got.
func (r *Relay) connect(ctx context.Context, l *link, vpc vpcnet.Network, wish netip.Addr) (netip.Addr, error) {
	endpoint := &network.EndpointSettings{Aliases: []string{backend.RelayName, backend.RelayDataName}}
	if wish.IsValid() {
		endpoint.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: wish}
	}
	err := r.Client.NetworkConnect(ctx, vpc.ID, l.id, endpoint)
	if err != nil && !strings.Contains(err.Error(), "already exists in network") {
		return netip.Addr{}, err
	}
	if err == nil && wish.IsValid() {
		return wish, nil
	}
	found, err := r.Client.ContainerInspect(ctx, l.id)
	if err != nil {
		return netip.Addr{}, err
	}
	at := dockerapi.EndpointAddress(found.NetworkSettings.Networks[vpc.DockerName])
	if !at.IsValid() {
		return at, fmt.Errorf("the relay has no address on network %s", vpc.DockerName)
	}
	return at, nil
}

// Leave takes the relay from a network that is to be removed, which must not get it
// again until done is called.
func (r *Relay) Leave(ctx context.Context, vpc vpcnet.Network) (done func(), err error) {
	if err := r.nets.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	done = func() { r.nets.Release(1) }
	l := r.running()
	if l == nil {
		return done, nil
	}
	if _, on := l.networks.LoadAndDelete(vpc.ID); !on {
		return done, nil
	}
	err = r.Client.NetworkDisconnect(ctx, vpc.ID, l.id)
	if err != nil && !cerrdefs.IsNotFound(err) && !cerrdefs.IsPermissionDenied(err) {
		r.Log.Debug("relay not taken from a network", "network", vpc.DockerName, "error", err)
	}
	return done, nil
}
