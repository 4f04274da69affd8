package vpcnet

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/hostrange"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// taken are the ranges of the engine's networks, no matter who made them.
func taken(networks []network.Summary) (ranges []netip.Prefix) {
	for _, n := range networks {
		for _, config := range n.IPAM.Config {
			if config.Subnet.IsValid() {
				ranges = append(ranges, config.Subnet)
			}
		}
	}
	return ranges
}

// inTheWay refuses a range that is Exact, or Isolated, if a network of the engine or of its host
// overlaps it, and names that network. Other ranges are the user's choice.
func (s *Networks) inTheWay(spec backend.NetworkSpec, networks []network.Summary) error {
	want := spec.CIDR
	if !spec.Exact && !spec.Isolated || !want.IsValid() {
		return nil
	}
	if err := inTheWayOf(want, networks); err != nil {
		return err
	}
	return s.onHost(want)
}

// inTheWayOf refuses a range that a network overlaps, and names that network.
func inTheWayOf(want netip.Prefix, networks []network.Summary) error {
	for _, n := range networks {
		for _, has := range taken([]network.Summary{n}) {
			if want.IsValid() && has.Overlaps(want) {
				return dockerapi.WithMeaning(fmt.Errorf("%s overlaps %s of network %s", want, has, nameOf(n)), backend.ErrAddressInUse)
			}
		}
	}
	return nil
}

// nameOf is the name of a network, with the VPC's where that does not fit into it.
func nameOf(n network.Summary) string {
	if vpc := n.Labels[label.VPCKey]; vpc != "" && !strings.Contains(n.Name, vpc) {
		return n.Name + " of " + vpc
	}
	return n.Name
}

// onHost refuses a range that this host has elsewhere, where an engine is on it.
func (s *Networks) onHost(want netip.Prefix) error {
	if !s.Local {
		return nil
	}
	for _, has := range hostrange.All() {
		if has = hostrange.WithInvented(has); has.Overlaps(want) {
			return dockerapi.WithMeaning(fmt.Errorf("%s overlaps %s, which this host has elsewhere", want, has), backend.ErrAddressInUse)
		}
	}
	return nil
}

// RangeInUse is an error that names what overlaps a range; nil if nothing does. See
// backend.RangeChecker.
func (s *Networks) RangeInUse(ctx context.Context, cidr netip.Prefix) error {
	networks, err := s.listed(ctx, nil)
	if err != nil {
		return err
	}
	if s.Swarm != nil {
		networks = append(networks, s.Swarm.bridges(ctx)...)
	}
	return s.inTheWay(backend.NetworkSpec{CIDR: cidr, Exact: true}, networks)
}
