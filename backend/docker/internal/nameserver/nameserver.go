// Package nameserver runs the DNS servers of VPCs: a container on each network with the program resolver.
package nameserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/attendant"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// Options are what Resolvers need; all are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Owner      label.Owner
	Local      bool // the engine's socket is on this machine
	// LeadOut has a container that is not started yet lead out of a network: a resolver asks others.
	LeadOut func(ctx context.Context, vpc vpcnet.Network, containerID string) error
	// Bring has a network be on the engine that a start has not found there.
	Bring   func(context.Context, vpcnet.Network) error
	Closing context.Context
	Log     *slog.Logger
}

// Resolvers are the resolvers of an owner's networks.
type Resolvers struct {
	Options
	set attendant.Set[*resolver]
}

type resolver struct {
	mu      sync.Mutex
	address netip.Addr // that it has or had
}

// New returns the resolvers of an owner, of which none is known yet.
func New(o Options) *Resolvers { return &Resolvers{Options: o} }

func (r *Resolvers) of(vpc vpcnet.Network) *attendant.Attendant[*resolver] {
	return r.set.Of(vpc.ID, func() *resolver { return &resolver{} })
}

// is notes its address.
func (n *resolver) is(address netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if address.IsValid() {
		n.address = address
	}
}

func (n *resolver) known() netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.address
}

// Begin has the resolver of a network made, and does not wait for that.
func (r *Resolvers) Begin(vpc vpcnet.Network) {
	era := r.set.Era()
	go func() {
		ctx, cancel := context.WithTimeout(r.Closing, lazy.LoadTimeout)
		defer cancel()
		if _, _, err := r.runSince(ctx, vpc, era); err != nil && ctx.Err() == nil && !errors.Is(err, errDropped) {
			r.Log.Warn("cannot run the DNS server of a VPC", "network", vpc.DockerName, "error", err)
		}
	}()
}

// Run has the resolver of a network run, with the program of this version, and returns its container and
// its address.
func (r *Resolvers) Run(ctx context.Context, vpc vpcnet.Network) (id string, address netip.Addr, err error) {
	return r.runSince(ctx, vpc, r.set.Era())
}

// errDropped: the resolver that is to run is no longer wanted.
var errDropped = errors.New("the DNS servers of VPCs were dropped")

// runSince is Run for a caller that asks since an era: after that none is made for it.
func (r *Resolvers) runSince(ctx context.Context, vpc vpcnet.Network, era int) (id string, address netip.Addr, err error) {
	turn := r.of(vpc)
	if err := turn.Acquire(ctx); err != nil {
		return "", address, err
	}
	defer turn.Release()
	if !r.set.GoesOn(era) {
		return "", address, errDropped
	}
	n := turn.Has
	ref, err := r.Containers.EnsureImage(ctx, containers.ResolverImage)
	if err != nil {
		return "", address, err
	}
	found, err := r.find(ctx, vpc)
	if err != nil {
		return "", address, err
	}
	for _, c := range found {
		at := addressOf(c, vpc)
		if id == "" && c.State == container.StateRunning && strings.HasSuffix(c.Image, ref) && at.IsValid() { // Podman writes a registry before it
			id, address = c.ID, at
			continue
		}
		if at.IsValid() {
			n.is(at)
		}
		if err := r.Containers.Remove(ctx, c.ID); err != nil {
			return "", address, err
		}
	}
	if id == "" {
		id, address, err = r.create(ctx, n, vpc)
	}
	if err == nil {
		n.is(address)
		vpc.Addresses.Occupy(address) // where it is not one that no sandbox gets
	}
	return id, address, err
}

// find lists what there is of the resolver of a network, in any state.
func (r *Resolvers) find(ctx context.Context, vpc vpcnet.Network) ([]container.Summary, error) {
	which := r.Owner.Filter(map[string]string{label.KindKey: string(label.Resolver)})
	which.Add("network", vpc.DockerName)
	return r.Client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: which})
}

func addressOf(c container.Summary, vpc vpcnet.Network) netip.Addr {
	if c.NetworkSettings == nil {
		return netip.Addr{}
	}
	return dockerapi.EndpointAddress(c.NetworkSettings.Networks[vpc.DockerName])
}

// memory bounds a resolver, which keeps its table alone.
const memory = 64 << 20

// create makes a resolver at its address, or elsewhere where that is taken.
func (r *Resolvers) create(ctx context.Context, n *resolver, vpc vpcnet.Network) (id string, address netip.Addr, err error) {
	wish := n.known()
	if !wish.IsValid() {
		wish = vpc.ResolverAddress()
	}
	id, err = r.start(ctx, vpc, wish)
	if err != nil && wish.IsValid() && dockerapi.AddressTaken(err) {
		id, err = r.start(ctx, vpc, netip.Addr{})
	}
	if err != nil {
		return "", address, fmt.Errorf("start the DNS server of network %s: %w", vpc.DockerName, err)
	}
	found, err := r.Client.ContainerInspect(ctx, id)
	if err != nil {
		return "", address, err
	}
	if address = dockerapi.EndpointAddress(found.NetworkSettings.Networks[vpc.DockerName]); !address.IsValid() {
		return "", address, fmt.Errorf("the DNS server has no address on network %s", vpc.DockerName)
	}
	return id, address, nil
}

func (r *Resolvers) start(ctx context.Context, vpc vpcnet.Network, at netip.Addr) (id string, err error) {
	// Its standard input is never closed: the next connection goes on with it. What it says is for the connection, not for a log.
	config := &container.Config{Entrypoint: []string{containers.ResolverPath}, OpenStdin: true, Labels: r.Owner.Labels(label.Resolver, nil)}
	made, err := r.Containers.CreateFrom(ctx, containers.ResolverImage, attendant.Creation(r.Owner.UniqueName("resolver"), vpc, at, memory, config))
	if err != nil {
		return "", err
	}
	if err = r.LeadOut(ctx, vpc, made.ID); err == nil {
		err = r.Client.ContainerStart(ctx, made.ID)
		if vpc.Overlay && vpcnet.NotHere(err) && r.Bring(ctx, vpc) == nil {
			err = vpc.Start(ctx, r.Client, made.ID)
		}
	}
	if err != nil {
		return "", errors.Join(err, r.Containers.TakeBack(ctx, made.ID))
	}
	return made.ID, nil
}

// Remove removes the resolver of a network that is to be removed. It must not be made again until done is
// called.
func (r *Resolvers) Remove(ctx context.Context, vpc vpcnet.Network) (done func(), err error) {
	turn := r.of(vpc)
	if err := turn.Acquire(ctx); err != nil {
		return nil, err
	}
	found, err := r.find(ctx, vpc)
	for _, c := range found {
		err = errors.Join(err, r.Containers.Remove(ctx, c.ID))
	}
	if err != nil {
		turn.Release()
		return nil, err
	}
	return turn.Release, nil
}

// Drop has no resolver made for what was asked so far, and returns when none is being made: then those that
// there are can be removed. What is known of them is forgotten.
func (r *Resolvers) Drop(ctx context.Context) error { return r.set.Drop(ctx) }

// Close is Drop for good.
func (r *Resolvers) Close(ctx context.Context) error { return r.set.Close(ctx) }
