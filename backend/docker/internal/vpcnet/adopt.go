package vpcnet

import (
	"context"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owncontainer"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// adopt finds the network that the user prepared for the VPC: labelled, no
// emulator's property, and joined by the emulator's own container. One network is one VPC.
func (s *Networks) adopt(ctx context.Context, existing []network.Summary, name string, own owncontainer.Own) (Network, bool, error) {
	if known, ok := s.Known(name); ok && known.Adopted {
		return known, true, nil
	}
	for _, n := range existing {
		if _, labelled := n.Labels[label.VPCKey]; !labelled || n.Labels[label.OwnerKey] != "" || !slices.Contains(own.Networks, n.ID) {
			continue
		}
		vpc, err := networkOf(n.Network)
		if err != nil || vpc.Subnet.Bits() != 16 {
			s.Log.Warn("labelled network cannot be a VPC: give it an IPv4 range of /16", "network", n.Name)
			continue
		}
		if s.isAdopted(n.ID) {
			continue
		}
		if takes, err := s.takesAddresses(ctx, vpc); err != nil {
			return Network{}, false, err
		} else if !takes {
			s.Log.Warn("labelled network is no VPC: containers on it cannot choose their addresses; give it a subnet of /16 in its ipam configuration", "network", n.Name)
			continue
		}
		if !slices.ContainsFunc(n.IPAM.Config, func(c network.IPAMConfig) bool { return c.IPRange == ipam.EngineShare(vpc.Subnet) }) {
			s.Log.Warn("addresses of tasks may collide with those the engine hands out; set ip_range on the network",
				"network", n.Name, "ip_range", ipam.EngineShare(vpc.Subnet))
		}
		vpc.Adopted = true
		return vpc, true, nil
	}
	return Network{}, false, nil
}

// takesAddresses reports whether containers on a network can have addresses of their own
// choice, which the engine allows where the user has configured the range. As it does
// not tell where the range is from, it tries with a container that never starts.
func (s *Networks) takesAddresses(ctx context.Context, vpc Network) (bool, error) {
	labels := s.Owner.Labels(label.Sandbox, nil)
	made, err := s.Containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{
		Name: s.Owner.UniqueName("probe"),
		CreateRequest: container.CreateRequest{
			Config:     &container.Config{Labels: labels},
			HostConfig: &container.HostConfig{NetworkMode: "bridge", LogConfig: container.LogConfig{Type: "none"}},
		},
	})
	if err != nil {
		return false, err
	}
	ip := ipam.EngineShare(vpc.Subnet).Addr().Prev() // not the engine's, and the last a sandbox gets
	err = s.Client.NetworkConnect(ctx, vpc.ID, made.ID, &network.EndpointSettings{
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip},
	})
	if removed := s.Containers.Remove(ctx, made.ID); removed != nil {
		return false, removed
	}
	if err != nil && strings.Contains(err.Error(), "user configured subnets") {
		return false, nil
	}
	return err == nil, err
}

func (s *Networks) isAdopted(id string) bool {
	for _, known := range s.All() {
		if known.Adopted && known.ID == id {
			return true
		}
	}
	return false
}

// join connects the emulator's own container to a network, if it has one. An isolated
// one is reached through the sandbox that routes it.
func (s *Networks) join(ctx context.Context, vpc Network, own owncontainer.Own) error {
	if own.ID == "" || vpc.Isolated {
		return nil
	}
	err := s.Client.NetworkConnect(ctx, vpc.ID, own.ID, nil)
	// "endpoint with name … already exists in network …" is success.
	if cerrdefs.IsPermissionDenied(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return err
}
