// Package spare keeps the networks of a swarm present on an engine: the first container of a network there waits half a
// second longer than others until the engine has the network, and the engine lets go of it with the last one. So one small
// container of no task stays on each.
package spare

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/attendant"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// Options are what Spares need; all are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Owner      label.Owner
	// Quiet waits until no task is starting, whose time a spare container would take.
	Quiet   func(context.Context) error
	Closing context.Context
	Log     *slog.Logger
}

// Spares are the spare containers of an owner's networks on an engine.
type Spares struct {
	Options
	set attendant.Set[*spare]
	mu  sync.Mutex
}

// spare is guarded by Spares.mu, but for the network.
type spare struct {
	network vpcnet.Network
	asked   bool   // it is there, or is being made
	id      string // of the container
}

// New returns the spare containers of an owner, of which none is known yet.
func New(o Options) *Spares { return &Spares{Options: o} }

// Begin has the spare container of a network made when no task is starting, unless it is there, and does not wait for that.
func (s *Spares) Begin(vpc vpcnet.Network) {
	era := s.set.Era() // first: what is dropped in between is of another one
	s.begin(s.of(vpc), era)
}

// Ensure has the spare container of a network run, for a task that cannot start without it.
func (s *Spares) Ensure(ctx context.Context, vpc vpcnet.Network) error {
	era := s.set.Era()
	its := s.of(vpc)
	s.ask(its, true)
	err := s.runSince(ctx, its, era)
	if err != nil {
		s.ask(its, false)
	}
	return err
}

func (s *Spares) of(vpc vpcnet.Network) *attendant.Attendant[*spare] {
	return s.set.Of(vpc.ID, func() *spare { return &spare{network: vpc} })
}

// ask notes whether a container is wanted, and reports whether it was.
func (s *Spares) ask(its *attendant.Attendant[*spare], asked bool) (before bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, its.Has.asked = its.Has.asked, asked
	return before
}

// begin is Begin for a caller that asks since an era.
func (s *Spares) begin(its *attendant.Attendant[*spare], era int) {
	if !s.set.GoesOn(era) || s.ask(its, true) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(s.Closing, lazy.LoadTimeout)
		defer cancel()
		err := s.Quiet(ctx)
		if err == nil {
			err = s.runSince(ctx, its, era)
		}
		if err == nil {
			return
		}
		s.ask(its, false) // the next use of the network tries again
		if ctx.Err() == nil {
			s.Log.Debug("no spare container keeps a network present on the engine", "network", its.Has.network.DockerName, "error", err)
		}
	}()
}

// runSince has the container run for a caller that asks since an era: after that none is made for it.
func (s *Spares) runSince(ctx context.Context, its *attendant.Attendant[*spare], era int) error {
	if err := its.Acquire(ctx); err != nil {
		return err
	}
	defer its.Release()
	if !s.set.GoesOn(era) || !s.wanted(its) {
		return nil
	}
	return s.run(ctx, its.Has)
}

// wanted reports whether the container is still wanted: the network may have been removed.
func (s *Spares) wanted(its *attendant.Attendant[*spare]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return its.Has.asked
}

// memory bounds a spare container, which takes 2 MB, and shares its weight among those that want CPUs.
const (
	memory = 16 << 20
	shares = 2
)

// run finds the container of an earlier run, or makes it. Swarm picks its address, out of those that no task gets.
func (s *Spares) run(ctx context.Context, its *spare) error {
	vpc := its.network
	c := attendant.Creation(s.name(vpc), vpc, netip.Addr{}, memory, &container.Config{Labels: s.Owner.Labels(label.Spare, nil)})
	c.HostConfig.CPUShares = shares
	made, err := s.Containers.CreateFrom(ctx, containers.SandboxImage, c)
	if err != nil {
		return err
	}
	s.is(its, made.ID) // it may end as soon as it has started
	if err = vpc.Start(ctx, s.Client, made.ID); err != nil {
		s.is(its, "")
		return errors.Join(err, s.Containers.TakeBack(ctx, made.ID))
	}
	return nil
}

// is notes the container.
func (s *Spares) is(its *spare, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	its.id = id
}

// idDigits tell a network from others of one name in the name of its container.
const idDigits = 12

func (s *Spares) name(vpc vpcnet.Network) string {
	return s.Owner.ResourceName("spare-" + vpc.ID[:min(len(vpc.ID), idDigits)])
}

// Ended has another one made in place of a container that does not run any more.
func (s *Spares) Ended(id string) {
	era := s.set.Era()
	for _, its := range s.set.All() {
		if s.forget(its.Has, id) {
			s.begin(its, era)
		}
	}
}

// forget reports whether it was the container that has ended.
func (s *Spares) forget(its *spare, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" || its.id != id {
		return false
	}
	its.id, its.asked = "", false
	return true
}

// Remove removes the spare container of a network that is to be removed. It must not be made again until done is called, and
// then not before the network is used again.
func (s *Spares) Remove(ctx context.Context, vpc vpcnet.Network) (done func(), err error) {
	its := s.of(vpc)
	s.ask(its, false)
	if err := its.Acquire(ctx); err != nil {
		return nil, err
	}
	s.is(its.Has, "") // its end is no reason for another one
	if err := s.Containers.Remove(ctx, s.name(vpc)); err != nil {
		its.Release()
		return nil, err
	}
	return its.Release, nil
}

// Drop has none made for what was asked so far, and returns when none is being made: then those that there are can be
// removed.
func (s *Spares) Drop(ctx context.Context) error { return s.set.Drop(ctx) }

// Close is Drop for good.
func (s *Spares) Close(ctx context.Context) error { return s.set.Close(ctx) }
