package vpcnet

import (
	"context"
	"net/netip"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"
)

// Connect puts a sandbox on a second network, unless it is there: the run that made the sandbox may
// have died in between.
func (s *Networks) Connect(ctx context.Context, id string, to Network) error {
	found, err := s.Client.ContainerInspect(ctx, id)
	if err != nil {
		return err
	}
	if found.NetworkSettings.Networks[to.DockerName] != nil {
		return nil
	}
	ip, err := to.Addresses.Take(netip.Prefix{})
	if err != nil {
		return err
	}
	err = s.Client.NetworkConnect(ctx, to.ID, id, &network.EndpointSettings{
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip},
	})
	if err == nil {
		s.Leases.Add(id, Lease{ip, to.Addresses})
		return nil
	}
	to.Addresses.Give(ip)
	if (cerrdefs.IsPermissionDenied(err) || cerrdefs.IsConflict(err)) && strings.Contains(err.Error(), "already exists in network") {
		return nil // connected meanwhile
	}
	return err
}
