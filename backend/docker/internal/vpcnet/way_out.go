package vpcnet

import (
	"context"
	"errors"
	"net/netip"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/hostrange"
)

// Taken are the ranges that networks of the engine, VPCs of its swarm and the engine's host have.
func (s *Networks) Taken(ctx context.Context) ([]netip.Prefix, error) {
	existing, err := s.listed(ctx, nil)
	if errors.Is(err, backend.ErrUnavailable) { // a manager is away, which a bridge does not need
		existing, err = s.Client.NetworkList(ctx, nil)
	}
	return s.avoid(existing), err
}

// RangeTaken recognizes the engine's refusal of a range that another network has.
func RangeTaken(err error) bool { return overlaps(err) }

// BridgesHere reports whether the bridges of the engine, are interfaces of this host.
func (s *Networks) BridgesHere(ctx context.Context) (bool, error) {
	bridges, err := s.Client.NetworkList(ctx, make(client.Filters).Add("driver", "bridge"))
	if err != nil {
		return false, err
	}
	for _, bridge := range bridges {
		if vpc, err := networkOf(bridge.Network); err == nil && hostrange.HasAddress(vpc.Gateway) {
			return true, nil
		}
	}
	return false, nil
}
