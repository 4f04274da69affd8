package vpcnet

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// WhyNotAttached gives the error of a start the meaning that it has on a network of the swarm: the network is gone, another
// container has the address, or there is no manager. An engine asks a manager for each container, which has 20
// seconds to answer, and its words for all three are the same.
func (s *Networks) WhyNotAttached(ctx context.Context, found container.InspectResponse, why error) error {
	if !NotAttached(why) || found.NetworkSettings == nil {
		return why
	}
	if s.Swarm == nil {
		return s.whyNotOnBridge(ctx, found, why)
	}
	meaning := why
	for name, endpoint := range found.NetworkSettings.Networks {
		if name == s.Owner.WayOutName() { // the engine's own
			continue
		}
		vpc, err := s.Named(ctx, name)
		switch {
		case errors.Is(err, backend.ErrNotFound):
			return &backend.NotFoundError{Kind: backend.KindNetwork, Err: why}
		case err == nil && vpc.Overlay:
			err = s.attachable(ctx, vpc, dockerapi.EndpointAddress(endpoint), found.ID)
		}
		switch {
		case errors.Is(err, backend.ErrAddressInUse):
			return dockerapi.WithMeaning(fmt.Errorf("%w: %w", err, why), backend.ErrAddressInUse)
		case errors.Is(err, backend.ErrNotFound):
			s.Swarm.forget(vpc.ID)
			return &backend.NotFoundError{Kind: backend.KindNetwork, Err: why}
		case errors.Is(err, backend.ErrUnavailable):
			return err
		case vpc.Overlay:
			meaning = dockerapi.Unavailable(fmt.Errorf("%w: %w", backend.ErrNoManager, why))
		}
	}
	return meaning
}

// whyNotOnBridge is WhyNotAttached of an engine by itself that is in a swarm all the same: it asks a manager for each network
// that it does not know.
func (s *Networks) whyNotOnBridge(ctx context.Context, found container.InspectResponse, why error) error {
	for name, endpoint := range found.NetworkSettings.Networks {
		if endpoint != nil && endpoint.NetworkID != "" { // another one may have the name by now
			name = endpoint.NetworkID
		}
		if _, err := s.Client.NetworkInspect(ctx, name); cerrdefs.IsNotFound(err) {
			return &backend.NotFoundError{Kind: backend.KindNetwork, Err: why}
		}
	}
	return why
}

// NotAttached recognizes what an engine says that could not put a container on a network of its swarm.
// Source: Moby, daemon/cluster/networks.go and daemon/container_operations.go; swarmkit, manager/state/raft.
func NotAttached(err error) bool {
	text := err.Error()
	for _, words := range []string{
		"attaching to network failed", "Could not attach to network", "lost leader status", "does not have a leader",
		"network sandbox join failed: subnet sandbox join failed",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return NotHere(err)
}

// NotHere reports whether a container was not started because the engine does not know its network.
// Source: Moby, daemon/container_operations.go.
func NotHere(err error) bool {
	return err != nil && strings.Contains(err.Error(), "network") && strings.Contains(err.Error(), "not found")
}

// attachable asks a manager what keeps a container from an address of a network.
func (s *Networks) attachable(ctx context.Context, vpc Network, at netip.Addr, container string) error {
	manager, err := s.Swarm.Manager(ctx)
	if err != nil {
		return err
	}
	if _, err := manager.NetworkInspect(ctx, vpc.ID); cerrdefs.IsNotFound(err) {
		return dockerapi.Classify(err)
	}
	all, err := manager.Attachments(ctx, vpc.ID)
	for _, a := range all {
		if a.Address == at && a.Container != container {
			return fmt.Errorf("%w: %s", backend.ErrAddressInUse, at)
		}
	}
	return err
}
