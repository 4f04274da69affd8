package vpcnet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// mostName is how long the name of a network of a swarm may be. Source: swarmkit, manager/controlapi, validateAnnotations.
const mostName = 63

// ensureOverlay has the network of a VPC be there for all engines of the swarm.
func (s *Networks) ensureOverlay(ctx context.Context, spec backend.NetworkSpec) (Network, error) {
	if _, err := s.Node(ctx); err != nil {
		return Network{}, err
	}
	if err := s.Swarm.turn.Acquire(ctx, 1); err != nil {
		return Network{}, err
	}
	made := make(chan struct{})
	var vpc Network
	var err error
	go func() { // a manager that is slow goes on also where its caller does not wait
		defer close(made)
		defer s.Swarm.turn.Release(1)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), overlayTimeout)
		defer cancel()
		vpc, err = s.findOrMakeOverlay(ctx, spec)
	}()
	select {
	case <-made:
		return vpc, err
	case <-ctx.Done():
		return Network{}, ctx.Err()
	}
}

// findOrMakeOverlay is ensureOverlay for the one whose turn it is.
func (s *Networks) findOrMakeOverlay(ctx context.Context, spec backend.NetworkSpec) (Network, error) {
	manager, err := s.Swarm.Manager(ctx)
	if err != nil {
		return Network{}, err
	}
	overlays, err := s.Swarm.overlays(ctx, manager, nil)
	if err != nil {
		return Network{}, err
	}
	if found, ok := s.pick(overlays, spec.Name); ok {
		return networkOf(found.Network)
	}
	others := s.Swarm.bridges(ctx)
	if err := inTheWayOf(spec.CIDR, slices.Concat(overlays, others)); err != nil {
		return Network{}, err
	}
	if spec.Exact {
		if err := s.onHost(spec.CIDR); err != nil {
			return Network{}, err
		}
	}
	return s.makeOverlay(ctx, manager, spec, slices.Concat(overlays, others))
}

// makeOverlay makes the network of a VPC in one range after the other: another emulator may take one at the same time.
func (s *Networks) makeOverlay(ctx context.Context, manager dockerapi.Client, spec backend.NetworkSpec, existing []network.Summary) (Network, error) {
	labels := s.Owner.Labels(label.Network, spec.Labels)
	labels[label.VPCKey], labels[label.NodesKey] = spec.Name, s.Swarm.nodes()
	engines, options := s.Swarm.count(), s.Swarm.mtuOptions(ctx)
	for subnet := range ranges(spec.CIDR, s.avoid(existing)) {
		// A name is used once: an engine may still know a network that is gone, by its name.
		vpc := Network{
			DockerName: s.Owner.UniqueNameWithin(spec.Name, mostName), Subnet: subnet, Gateway: spec.Gateway, Labels: spec.Labels,
			Overlay: true, fresh: true, share: swarm.ShareOf(subnet, spec.Exact, engines).All,
		}
		if !vpc.Gateway.IsValid() {
			vpc.Gateway = subnet.Addr().Next()
		}
		id, err := manager.NetworkCreate(ctx, overlayRequest(vpc, options, labels))
		if err != nil {
			return Network{}, fmt.Errorf("make a network of the swarm: %w", err)
		}
		vpc.ID = id
		before, err := s.cameBefore(ctx, manager, vpc)
		if err == nil && before == nil {
			return vpc, nil
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), enginePatience)
		err = errors.Join(err, manager.NetworkRemove(last, id))
		cancel()
		if err != nil {
			return Network{}, err
		}
		if spec.CIDR.IsValid() {
			return Network{}, before
		}
	}
	return Network{}, errNoRange
}

// cameBefore is why another network of the swarm keeps one that has just been made from its range, if one does.
func (s *Networks) cameBefore(ctx context.Context, manager dockerapi.Client, made Network) (why, err error) {
	for {
		overlays, err := s.Swarm.overlays(ctx, manager, nil)
		if err != nil {
			return nil, err
		}
		if decided, why := hasRange(made, overlays); decided {
			return why, nil
		}
		if err := pause.For(ctx, learnPause); err != nil { // it has yet to get its range
			return nil, fmt.Errorf("network %s is not ready: %w", made.DockerName, err)
		}
	}
}

// hasRange tells whether the swarm has decided about the range of a network, and what has part of it if the network has not
// got it. Of two that are made at the same time one gets the range, and with it its driver. The other one waits for as long as
// it is there, as may a third one that came before both.
func hasRange(made Network, overlays []network.Summary) (decided bool, why error) {
	at := slices.IndexFunc(overlays, func(n network.Summary) bool { return n.ID == made.ID })
	if at >= 0 && overlays[at].Driver != "" {
		return true, inTheWayOf(made.Subnet, overlays[:at])
	}
	why = inTheWayOf(made.Subnet, overlays) // those that have a range: it is not among them
	return why != nil, why
}

// byAge orders networks as a manager lists them. Engines with a container on a network have times of their own.
func byAge(a, b network.Summary) int {
	return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
}

// overlayRequest asks for a network of the swarm. It leads nowhere: what leads out of a VPC is each engine's own.
func overlayRequest(vpc Network, options, labels map[string]string) network.CreateRequest {
	config := network.IPAMConfig{Subnet: vpc.Subnet, Gateway: vpc.Gateway, IPRange: netip.PrefixFrom(vpc.share.Addr(), vpc.share.Bits()+1)}
	return network.CreateRequest{
		Name: vpc.DockerName, Driver: overlayDriver, Scope: swarmScope, Options: options, Labels: labels, Internal: true, Attachable: true,
		IPAM: &network.IPAM{Driver: "default", Config: []network.IPAMConfig{config}},
	}
}

// overlays are the networks of the swarm, the oldest first. A manager lists one that is gone until its engine has let go.
func (w *Swarm) overlays(ctx context.Context, manager dockerapi.Client, which client.Filters) ([]network.Summary, error) {
	all, err := manager.NetworkList(ctx, which)
	all = slices.DeleteFunc(all, func(n network.Summary) bool { return !isOverlay(n.Network) || w.isGone(n.ID) })
	sorting.By(all, byAge)
	return all, err
}

// pick finds the network of a VPC. Of two, which a manager made whose answer was lost, it is always the same.
func (s *Networks) pick(sorted []network.Summary, name string) (network.Summary, bool) {
	for _, n := range sorted {
		if n.Labels[label.OwnerKey] == s.Owner.Name && n.Labels[label.VPCKey] == name {
			return n, true
		}
	}
	return network.Summary{}, false
}
