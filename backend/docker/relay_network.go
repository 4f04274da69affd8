package docker

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
func (e *Engine) joinAll(ctx context.Context, l *relayLink) error {
	var failures []error
	for _, vpc := range e.networks.All() {
		if !vpc.Isolated {
			failures = append(failures, e.joinRelay(ctx, l, vpc))
		}
	}
	return errors.Join(failures...)
}

// joinRelay puts the relay on a network, unless it is there.
func (e *Engine) joinRelay(ctx context.Context, l *relayLink, vpc vpcnet.Network) error {
	if _, on := l.networks.Load(vpc.ID); on {
		return nil
	}
	if err := take(ctx, e.relays.nets); err != nil {
		return err
	}
	defer func() { <-e.relays.nets }()
	if _, on := l.networks.Load(vpc.ID); on {
		return nil
	}
	if !e.knows(vpc) { // it has just been removed
		return nil
	}
	wish := e.relayAddress(vpc)
	at, err := e.connectRelay(ctx, l, vpc, wish)
	if err != nil && wish.IsValid() && addressTaken(err) {
		at, err = e.connectRelay(ctx, l, vpc, netip.Addr{})
	}
	if err != nil {
		return fmt.Errorf("put the relay on network %s: %w", vpc.DockerName, err)
	}
	e.relays.mu.Lock()
	e.relays.addresses[vpc.ID] = at
	e.relays.mu.Unlock()
	l.networks.Store(vpc.ID, struct{}{})
	return nil
}

// knows reports whether a network is in use.
func (e *Engine) knows(vpc vpcnet.Network) bool {
	for _, known := range e.networks.All() {
		if known.ID == vpc.ID {
			return true
		}
	}
	return false
}

// connectRelay returns the address that the relay has got.
func (e *Engine) connectRelay(ctx context.Context, l *relayLink, vpc vpcnet.Network, wish netip.Addr) (netip.Addr, error) {
	endpoint := &network.EndpointSettings{Aliases: []string{backend.RelayName}}
	if wish.IsValid() {
		endpoint.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: wish}
	}
	err := e.client.NetworkConnect(ctx, vpc.ID, l.id, endpoint)
	if err != nil && !strings.Contains(err.Error(), "already exists in network") {
		return netip.Addr{}, err
	}
	if err == nil && wish.IsValid() {
		return wish, nil
	}
	found, err := e.client.ContainerInspect(ctx, l.id)
	if err != nil {
		return netip.Addr{}, err
	}
	at := dockerapi.EndpointAddress(found.NetworkSettings.Networks[vpc.DockerName])
	if !at.IsValid() {
		return at, fmt.Errorf("the relay has no address on network %s", vpc.DockerName)
	}
	return at, nil
}

// addressTaken recognizes the engine's words for an address that somebody has, or that
// nobody may choose.
func addressTaken(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "address already in use") || strings.Contains(text, "user configured subnets") ||
		strings.Contains(text, "already allocated") || strings.Contains(text, "invalid address") || cerrdefs.IsInvalidArgument(err)
}

// leaveNetwork takes the relay from a network that is to be removed, which must not get it
// again until done is called.
func (e *Engine) leaveNetwork(ctx context.Context, vpc vpcnet.Network) (done func(), err error) {
	if err := take(ctx, e.relays.nets); err != nil {
		return nil, err
	}
	done = func() { <-e.relays.nets }
	l := e.relays.running()
	if l == nil {
		return done, nil
	}
	if _, on := l.networks.LoadAndDelete(vpc.ID); !on {
		return done, nil
	}
	err = e.client.NetworkDisconnect(ctx, vpc.ID, l.id)
	if err != nil && !cerrdefs.IsNotFound(err) && !cerrdefs.IsPermissionDenied(err) {
		e.log.Debug("relay not taken from a network", "network", vpc.DockerName, "error", err)
	}
	return done, nil
}
