package vpcnet

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client/pkg/versions"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/hostrange"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owncontainer"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

func (s *Networks) ensure(ctx context.Context, spec backend.NetworkSpec, own owncontainer.Own) (Network, error) {
	if s.Swarm != nil && !spec.Isolated {
		vpc, err := s.ensureOverlay(ctx, spec)
		if err != nil {
			return Network{}, err
		}
		return vpc, s.join(ctx, vpc, own)
	}
	existing, err := s.listed(ctx, nil)
	if s.Swarm != nil && errors.Is(err, backend.ErrUnavailable) { // a manager is away, which a bridge does not need
		existing, err = s.Client.NetworkList(ctx, nil)
	}
	if err != nil {
		return Network{}, err
	}
	for _, n := range existing {
		if n.Labels[label.OwnerKey] == s.Owner.Name && n.Labels[label.VPCKey] == spec.Name {
			vpc, err := networkOf(n.Network)
			if err != nil {
				return Network{}, err
			}
			return vpc, s.join(ctx, vpc, own)
		}
	}
	if !spec.Exact && s.Swarm == nil {
		if vpc, found, err := s.adopt(ctx, existing, spec.Name, own); found || err != nil {
			return vpc, err
		}
	}
	vpc, err := s.create(ctx, spec, existing)
	if err != nil {
		return Network{}, err
	}
	return vpc, s.join(ctx, vpc, own)
}

// create makes the network of a VPC. It tries one range after the other: another process may take a
// range after the look at those that are free.
func (s *Networks) create(ctx context.Context, spec backend.NetworkSpec, existing []network.Summary) (Network, error) {
	avoid := s.avoid(existing)
	if err := s.inTheWay(spec, existing); err != nil {
		return Network{}, err
	}
	name := s.Owner.ResourceName(spec.Name)
	labels := s.Owner.Labels(label.Network, spec.Labels)
	labels[label.VPCKey] = spec.Name
	for subnet := range ranges(spec.CIDR, avoid) {
		vpc := Network{DockerName: name, Subnet: subnet, Gateway: spec.Gateway, Labels: spec.Labels}
		if !spec.Exact {
			vpc.share = ipam.EngineShare(subnet)
		}
		if !vpc.Gateway.IsValid() {
			vpc.Gateway = subnet.Addr().Next()
		}
		request := networkRequest(vpc, bridgeOptions(spec.Isolated, s.Client.ClientVersion()), labels)
		id, err := s.post(ctx, spec.Name, func(ctx context.Context) (string, error) { return s.Client.NetworkCreate(ctx, request) })
		switch {
		case !overlaps(err):
			vpc.ID, vpc.Isolated, vpc.fresh = id, spec.Isolated, true
			return vpc, err
		case spec.CIDR.IsValid():
			return Network{}, dockerapi.WithMeaning(err, backend.ErrAddressInUse)
		}
	}
	return Network{}, errNoRange
}

var errNoRange = errors.New("no free /16 for the VPC: each candidate overlaps a network of the engine or the host; choose one with --vpc-cidr")

// avoid are the ranges that networks of the engine have, and its host where that is seen.
func (s *Networks) avoid(existing []network.Summary) []netip.Prefix {
	if s.onThisHost() {
		return append(taken(existing), hostrange.All()...)
	}
	return taken(existing)
}

// FreeRange is the range that the network of a VPC would get which asks for none; the zero Prefix: none is free.
func (s *Networks) FreeRange(existing []network.Summary) netip.Prefix {
	for free := range ranges(netip.Prefix{}, s.avoid(existing)) {
		return free
	}
	return netip.Prefix{}
}

// ranges are the range asked for, or those that may be free.
func ranges(asked netip.Prefix, avoid []netip.Prefix) iter.Seq[netip.Prefix] {
	if asked.IsValid() {
		return slices.Values([]netip.Prefix{asked.Masked()})
	}
	return ipam.FreeRanges(avoid)
}

func networkRequest(vpc Network, options, labels map[string]string) network.CreateRequest {
	config := network.IPAMConfig{Subnet: vpc.Subnet, Gateway: vpc.Gateway, IPRange: vpc.share}
	return network.CreateRequest{
		Name: vpc.DockerName, Driver: "bridge", Options: options, Labels: labels,
		IPAM: &network.IPAM{Driver: "default", Config: []network.IPAMConfig{config}},
	}
}

// bridgeOptions are what an engine of an API version is told of a bridge. Isolated ones have
// no address of its host.
//
// From 28.0 on, an engine drops what comes to a container by another bridge than its own.
// Where the kernel shows bridged frames to iptables, as Kubernetes asks for, that is all that
// containers on the isolated network of a container instance send to the VPC: they are still
// on their way to the sandbox that routes it. So networks of VPCs go without that protection:
// another machine that has a route to them through the engine's host reaches tasks.
// Source: Moby libnetwork/drivers/bridge, filterDirectAccess; Docker's documentation, "Gateway
// modes"; Engine API version history, v1.48 (Docker 28.0).
func bridgeOptions(isolated bool, version string) map[string]string {
	switch {
	case isolated:
		return map[string]string{noHostAddress: "true"}
	case versions.GreaterThanOrEqualTo(version, "1.48"):
		return map[string]string{gatewayMode: "nat-unprotected"}
	default: // refuses what it does not know
		return map[string]string{}
	}
}

// gatewayMode is what the engine keeps from the containers of a bridge.
// Source: Docker bridge network driver options.
const gatewayMode = "com.docker.network.bridge.gateway_mode_ipv4"

// overlaps recognizes the engine's refusal of a range that is taken. Docker 20.10 was seen to take one for free whose
// gateway's address it still kept, of a network that had just gone.
func overlaps(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "Pool overlaps") ||
		strings.Contains(err.Error(), "failed to allocate gateway") ||
		strings.Contains(err.Error(), "conflicts with network") ||
		strings.Contains(err.Error(), "is already used on the host or by another config")) // Podman's words
}
