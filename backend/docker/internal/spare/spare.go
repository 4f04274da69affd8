// Package spare keeps the networks of a swarm present on an engine: the first container of a network there waits half a
// second longer than others until the engine has the network, and the engine lets go of it with the last one. So one small
// container of no task stays on each.
package spare

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"golang.org/x/sync/semaphore"

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
	mu    sync.Mutex
	known map[string]*spare // by the network's id
	era   int               // counts the times they were dropped
	over  bool              // no other is to be made
}

type spare struct {
	turn *semaphore.Weighted // held while it is made or removed

	network vpcnet.Network
	asked   bool   // it is there, or is being made; guarded by Spares.mu
	id      string // of the container; guarded by Spares.mu
}

// New returns the spare containers of an owner, of which none is known yet.
func New(o Options) *Spares { return &Spares{Options: o, known: map[string]*spare{}} }

// Begin has the spare container of a network made when no task is starting, unless it is there, and does not wait for that.
func (s *Spares) Begin(vpc vpcnet.Network) { s.begin(s.of(vpc)) }

// Ensure has the spare container of a network run, for a task that cannot start without it.
func (s *Spares) Ensure(ctx context.Context, vpc vpcnet.Network) error {
	its := s.of(vpc)
	s.mu.Lock()
	its.asked = true
	era := s.era
	s.mu.Unlock()
	err := s.runSince(ctx, its, era)
	if err != nil {
		s.mu.Lock()
		its.asked = false
		s.mu.Unlock()
	}
	return err
}

func (s *Spares) of(vpc vpcnet.Network) *spare {
	s.mu.Lock()
	defer s.mu.Unlock()
	its := s.known[vpc.ID]
	if its == nil {
		its = &spare{turn: semaphore.NewWeighted(1), network: vpc}
		s.known[vpc.ID] = its
	}
	return its
}

func (s *Spares) begin(its *spare) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if its.asked || s.over {
		return
	}
	its.asked = true
	era := s.era
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
		s.mu.Lock()
		its.asked = false // the next use of the network tries again
		s.mu.Unlock()
		if ctx.Err() == nil {
			s.Log.Debug("no spare container keeps a network present on the engine", "network", its.network.DockerName, "error", err)
		}
	}()
}

// runSince has the container run for a caller that asks since an era: after that none is made for it.
func (s *Spares) runSince(ctx context.Context, its *spare, era int) error {
	if err := its.turn.Acquire(ctx, 1); err != nil {
		return err
	}
	defer its.turn.Release(1)
	if !s.goesOn(its, era) {
		return nil
	}
	return s.run(ctx, its)
}

// goesOn reports whether the container is still wanted: the network may have been removed.
func (s *Spares) goesOn(its *spare, era int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.era == era && !s.over && its.asked
}

// memory bounds a spare container, which takes 2 MB, and shares its weight among those that want CPUs.
const (
	memory = 16 << 20
	shares = 2
)

// run finds the container of an earlier run, or makes it. Swarm picks its address, out of those that no task gets.
func (s *Spares) run(ctx context.Context, its *spare) error {
	vpc := its.network
	made, err := s.Containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{Name: s.name(vpc), CreateRequest: container.CreateRequest{
		Config: &container.Config{Labels: s.Owner.Labels(label.Spare, nil)},
		HostConfig: &container.HostConfig{
			NetworkMode: container.NetworkMode(vpc.DockerName),
			LogConfig:   container.LogConfig{Type: "none"},
			Resources:   container.Resources{Memory: memory, MemorySwap: memory, CPUShares: shares},
		},
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{vpc.DockerName: {}}},
	}})
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
	s.mu.Lock()
	var ended *spare
	for _, its := range s.known {
		if its.id == id && id != "" {
			ended = its
			ended.id, ended.asked = "", false
		}
	}
	s.mu.Unlock()
	if ended != nil {
		s.begin(ended)
	}
}

// Remove removes the spare container of a network that is to be removed. It must not be made again until done is called, and
// then not before the network is used again.
func (s *Spares) Remove(ctx context.Context, vpc vpcnet.Network) (done func(), err error) {
	s.mu.Lock()
	its := s.known[vpc.ID]
	if its == nil {
		its = &spare{turn: semaphore.NewWeighted(1), network: vpc}
		s.known[vpc.ID] = its
	}
	its.asked, its.id = false, ""
	s.mu.Unlock()
	if err := its.turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if err := s.Containers.Remove(ctx, s.name(vpc)); err != nil {
		its.turn.Release(1)
		return nil, err
	}
	return func() { its.turn.Release(1) }, nil
}

// Drop has none made for what was asked so far, and returns when none is being made: then those that there are can be
// removed. What is known of them is forgotten.
func (s *Spares) Drop(ctx context.Context) error {
	s.mu.Lock()
	s.era++
	dropped := slices.Collect(maps.Values(s.known))
	clear(s.known)
	s.mu.Unlock()
	for _, its := range dropped {
		if err := its.turn.Acquire(ctx, 1); err != nil {
			return err
		}
		its.turn.Release(1)
	}
	return nil
}

// Close is Drop for good.
func (s *Spares) Close(ctx context.Context) error {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	return s.Drop(ctx)
}
