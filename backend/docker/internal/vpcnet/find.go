package vpcnet

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// At is the network that has an address in its range, also one of an earlier run. The zero Network is
// none: the user has removed it.
func (s *Networks) At(ctx context.Context, address netip.Addr) (Network, error) {
	if vpc, ok := s.Around(address); ok {
		return vpc, nil
	}
	found, err := s.List(ctx, nil)
	if err != nil {
		return Network{}, err
	}
	for _, n := range found {
		if n.CIDR.Contains(address) {
			return s.Get(ctx, n.Name)
		}
	}
	return Network{}, nil // the user has removed it
}

// Around is the network in use that has an address in its range.
func (s *Networks) Around(address netip.Addr) (Network, bool) {
	for _, vpc := range s.All() {
		if !vpc.Isolated && vpc.Subnet.Contains(address) {
			return vpc, true
		}
	}
	return Network{}, false
}

// Named is the network of that name of the engine's, also one of an earlier run.
func (s *Networks) Named(ctx context.Context, dockerName string) (Network, error) {
	for _, vpc := range s.All() {
		if vpc.DockerName == dockerName {
			return vpc, nil
		}
	}
	found, err := s.List(ctx, nil)
	if err != nil {
		return Network{}, err
	}
	for _, n := range found {
		if vpc, err := s.Get(ctx, n.Name); err == nil && vpc.DockerName == dockerName {
			return vpc, nil
		}
	}
	return Network{}, &backend.NotFoundError{Kind: backend.KindNetwork, Err: errors.New("the sandbox is on no known network")}
}

// List lists the owner's networks that have further labels.
func (s *Networks) List(ctx context.Context, labels map[string]string) ([]backend.Network, error) {
	found, err := s.listed(ctx, s.Owner.Filter(labels))
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	var list []backend.Network
	for _, n := range found {
		if n.Labels[label.KindKey] == string(label.WayOut) {
			continue
		}
		if vpc, err := networkOf(n.Network); err == nil {
			list = append(list, vpc.Public(n.Labels[label.VPCKey]))
		}
	}
	return list, nil
}

// listed are networks of the engine, and its swarm's as a manager has them: another engine knows one as long as it
// has a container there.
func (s *Networks) listed(ctx context.Context, which client.Filters) ([]network.Summary, error) {
	own, err := s.Client.NetworkList(ctx, which)
	if err != nil || s.Swarm == nil {
		return own, err
	}
	manager, err := s.Swarm.Manager(ctx)
	if err != nil {
		return nil, err
	}
	overlays, err := s.Swarm.overlays(ctx, manager, which)
	own = slices.DeleteFunc(own, func(n network.Summary) bool { return isOverlay(n.Network) })
	return slices.Concat(overlays, own), err
}
