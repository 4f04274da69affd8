// Package vpcnet keeps the networks of VPCs on an engine, and their addresses.
package vpcnet

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/hostrange"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owncontainer"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// Networks are the networks of an owner's VPCs.
type Networks struct {
	Options
	*owncontainer.Finder
	turn  *semaphore.Weighted // held while a network is made or looked for
	mu    sync.Mutex          // never held while the engine is asked
	known map[string]Network  // by Network.Name of package backend
	node  lazy.Value[swarm.Node]
	mtu   lazy.Value[int]

	making map[string]*making // by the same; whose turn it is uses it
}

// Options are what Networks need; all but Swarm are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Owner      label.Owner
	Leases     *Leases
	Local      bool // the engine's socket is on this machine
	Log        *slog.Logger
	// Swarm has the networks of VPCs, which are overlays then. Nil: they are bridges of the engine.
	Swarm            *Swarm
	Name             swarm.Engine // of the engine, in messages
	*silence.Silence              // of the engine, which others of its swarm ask
	// MTU asks how large packets are between the engine's host, by its address, and others of its swarm.
	MTU func(ctx context.Context, address string) (int, error)
	// Found is told of each container of the owner's on a network that an earlier run has made. It
	// reports whether it has removed it.
	Found func(context.Context, Network, container.Summary) (removed bool)
	// Quit takes off a network of a VPC what serves it on the engine, and refuses where a container of the owner's runs
	// there. Nothing of the kind comes back until done is called.
	Quit func(ctx context.Context, name string, vpc Network) (done func(), err error)
}

// New returns the networks of an owner, of which none is known yet.
func New(o Options) *Networks {
	s := &Networks{Options: o, Finder: owncontainer.New(o.Client, o.Log), turn: semaphore.NewWeighted(1), known: map[string]Network{}, making: map[string]*making{}}
	if o.Swarm != nil {
		o.Swarm.join(s)
	}
	return s
}

// Ensure has the network of a VPC be there, which the container is on in which this process runs. The
// first VPC gets 172.31.0.0/16, the range of AWS's default VPC, where nothing else on the engine or
// the host has it.
//
// If the container is on a network labelled ecs-emulator.vpc already, that one becomes the VPC, so
// that its neighbours in a compose project and the tasks reach each other.
// Source: Amazon VPC user guide, "Default VPCs".
func (s *Networks) Ensure(ctx context.Context, spec backend.NetworkSpec) (Network, error) {
	own, err := s.Own(ctx)
	if err != nil {
		return Network{}, err
	}
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return Network{}, err
	}
	defer s.turn.Release(1)
	if err := s.awaitMaking(ctx, spec.Name); err != nil {
		return Network{}, err
	}
	vpc, err := s.ensure(ctx, spec, own)
	for beingMade(err) && ctx.Err() == nil {
		_ = pause.For(ctx, makingPause)
		vpc, err = s.ensure(ctx, spec, own)
	}
	if err != nil {
		return Network{}, err
	}
	vpc.Resolver = spec.Resolver
	return vpc, s.know(ctx, spec.Name, vpc)
}

// makingPause is the time between two looks for a network that the engine is making.
const makingPause = 100 * time.Millisecond

// beingMade reports whether a network is not there yet although its name is taken: a call that was cut off has asked
// for it, and the engine goes on.
func beingMade(err error) bool {
	return cerrdefs.IsConflict(err) && strings.Contains(err.Error(), "already exists")
}

// know remembers a network, and which of its addresses sandboxes and containers of an
// earlier run have. Whose turn it is calls it.
func (s *Networks) know(ctx context.Context, name string, vpc Network) error {
	s.mu.Lock()
	known, ok := s.known[name]
	if known.Resolver = known.Resolver || vpc.Resolver; ok && known.ID == vpc.ID {
		s.known[name] = known
	}
	s.mu.Unlock()
	if ok && known.ID == vpc.ID {
		return nil
	}
	if vpc.Overlay {
		var err error
		if vpc, err = s.open(ctx, vpc); err != nil {
			return err
		}
	} else {
		vpc.Addresses = ipam.New(vpc.Subnet, vpc.Gateway, vpc.share)
		if !vpc.fresh {
			if err := s.occupyKnown(ctx, vpc); err != nil {
				return err
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[name] = vpc
	return nil
}

// Known is a network in use so far.
func (s *Networks) Known(name string) (vpc Network, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	vpc, known = s.known[name]
	return vpc, known
}

// occupyKnown takes the addresses of the sandboxes and containers that are there.
func (s *Networks) occupyKnown(ctx context.Context, vpc Network) error {
	began := s.Leases.allBegan()
	found, err := s.containersOn(ctx, vpc, true)
	if err != nil {
		return err
	}
	s.noteNumber(vpc, found)
	for _, c := range slices.DeleteFunc(found, serves) {
		if c.NetworkSettings == nil || s.Found(ctx, vpc, c) {
			continue
		}
		ip := dockerapi.EndpointAddress(c.NetworkSettings.Networks[vpc.DockerName])
		switch {
		case !ip.IsValid():
		case vpc.Addresses.Occupy(ip) || vpc.Overlay && s.Swarm.bookOf(vpc).claim(ip, c.ID):
			s.Leases.Add(c.ID, Lease{ip, vpc.Addresses})
			if c.Labels[label.KindKey] == string(label.Container) && c.State == container.StateExited {
				s.Leases.Rest(c.ID, began[c.ID])
			}
		case vpc.Overlay && c.State != container.StateRunning: // it was in no list while its engine was away
			s.Leases.Want(c.ID, Lease{ip, vpc.Addresses})
		}
	}
	return nil
}

// Members are the owner's containers on a network, but for the relay, the resolver and the spare one: all, or those
// that run.
func (s *Networks) Members(ctx context.Context, vpc Network, all bool) ([]container.Summary, error) {
	found, err := s.containersOn(ctx, vpc, all)
	return slices.DeleteFunc(found, serves), err
}

func (s *Networks) containersOn(ctx context.Context, vpc Network, all bool) ([]container.Summary, error) {
	which := s.Owner.Filter(nil)
	which.Add("network", vpc.DockerName)
	return s.Client.ContainerList(ctx, client.ContainerListOptions{All: all, Filters: which})
}

// serves reports whether a container is the relay, the resolver or the spare one of a network.
func serves(c container.Summary) bool {
	of := label.Kind(c.Labels[label.KindKey])
	return of == label.Relay || of == label.Resolver || of == label.Spare
}

// Get returns the network of a VPC that Ensure made, now or in an earlier
// run of the same owner.
func (s *Networks) Get(ctx context.Context, name string) (Network, error) {
	if known, ok := s.Known(name); ok {
		return known, nil
	}
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return Network{}, err
	}
	defer s.turn.Release(1)
	if known, ok := s.Known(name); ok {
		return known, nil
	}
	which := s.Owner.Filter(map[string]string{label.VPCKey: name})
	found, err := s.Client.NetworkList(ctx, which)
	if err == nil && s.Swarm != nil && (len(found) != 1 || isOverlay(found[0].Network)) {
		found, err = s.listed(ctx, which)
	}
	if err != nil {
		return Network{}, err
	}
	if len(found) == 0 {
		return Network{}, &backend.NotFoundError{Kind: backend.KindNetwork, Err: fmt.Errorf("network %s not found", name)}
	}
	vpc, err := networkOf(found[0].Network)
	if err == nil {
		err = s.know(ctx, name, vpc)
	}
	known, _ := s.Known(name)
	return known, err
}

// All are the networks in use so far.
func (s *Networks) All() map[string]Network {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.known)
}

// forgetOverlay forgets a network that is gone from the swarm.
func (s *Networks) forgetOverlay(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.known, func(_ string, vpc Network) bool { return vpc.ID == id })
}

// Forget forgets networks that are gone, behind the one that is just being looked for, if that
// does not take too long.
func (s *Networks) Forget(ctx context.Context, which func(name string, vpc Network) bool) {
	if s.turn.Acquire(ctx, 1) == nil {
		defer s.turn.Release(1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.known, func(name string, vpc Network) bool {
		forgotten := which(name, vpc)
		if forgotten && vpc.Overlay {
			s.Swarm.bookOf(vpc).unlist(s)
		}
		return forgotten
	})
}

// GatewayHere reports whether the engine's bridges are interfaces of this host, which
// a socket of this host alone does not prove.
func (s *Networks) GatewayHere(ctx context.Context) (bool, error) {
	if s.Swarm != nil { // the networks of VPCs are no bridges
		return false, nil
	}
	for _, vpc := range s.All() {
		if !vpc.Isolated {
			return hostrange.HasAddress(vpc.Gateway), nil
		}
	}
	return s.BridgesHere(ctx)
}
