package vpcnet

import (
	"context"
	"errors"
	"slices"
	"sync"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
)

// RemoveOverlay removes a network of the swarm, unless a container of the owner's runs there on an engine that answers.
// Containers of an engine that does not answer keep it as well: Swarm says so.
func (s *Networks) RemoveOverlay(ctx context.Context, name string, vpc Network) error {
	w := s.Swarm
	if err := w.turn.Acquire(ctx, 1); err != nil {
		return err
	}
	defer w.turn.Release(1)
	manager, err := w.Manager(ctx)
	if err != nil {
		return err
	}
	engines, _ := w.all()
	dones := make([]func(), len(engines))
	failures := make([]error, len(engines))
	var quits sync.WaitGroup
	for i, on := range engines {
		quits.Go(func() { dones[i], failures[i] = on.quitOverlay(ctx, name, vpc) })
	}
	quits.Wait()
	defer func() {
		for _, done := range dones {
			if done != nil {
				done()
			}
		}
	}()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	away := map[string]bool{} // nodes of which what is on the network stays, so that the manager has nothing to learn
	for i, on := range engines {
		if node, known := on.node.Peek(); known && dones[i] == nil {
			away[node.ID] = true
		}
	}
	patience := learnPatience
	if slices.ContainsFunc(dones, func(done func()) bool { return done == nil }) {
		patience = abandonedPatience // others wait for their turn
	}
	if err := removeWithin(ctx, manager, vpc.ID, patience, away); err != nil && !cerrdefs.IsNotFound(err) {
		return err
	}
	w.forget(vpc.ID)
	return nil
}

// quitOverlay takes what the engine has off a network that is to be removed. One that does not answer is no failure, and holds
// up the removal no longer than it is waited for.
func (s *Networks) quitOverlay(ctx context.Context, name string, vpc Network) (done func(), err error) {
	err = s.Ask(ctx, enginePatience, func(ctx context.Context) (err error) {
		done, err = s.Quit(ctx, name, vpc)
		return err
	})
	if err == nil {
		err = s.Ask(ctx, enginePatience, func(ctx context.Context) error {
			_, err := s.disconnectAll(ctx, vpc.ID)
			return err
		})
		if cerrdefs.IsNotFound(err) {
			err = nil
		}
	}
	if err != nil && ctx.Err() == nil && (dockerapi.Lost(err) || errors.Is(err, context.DeadlineExceeded)) {
		err = nil
	}
	return done, err
}

// RemoveUnused removes the owner's networks of the swarm that no engine has a container on. Where one of the owner's engines
// does not answer, or is not among these, they stay.
func (s *Networks) RemoveUnused(ctx context.Context) error {
	owned, err := s.Swarm.Owned(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for _, n := range owned[s.Owner.Name] {
		vpc, err := networkOf(n.Network)
		if err != nil {
			return err
		}
		all, err := s.Swarm.SeesAll(ctx, n.Labels)
		if err == nil && all && s.Swarm.unused(ctx, vpc) {
			err = s.RemoveOverlay(ctx, n.Labels[label.VPCKey], vpc)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

var errUsed = errors.New("the owner has a container there")

// unused reports whether all engines say that the owner has no container on a network.
func (w *Swarm) unused(ctx context.Context, vpc Network) bool {
	engines, _ := w.all()
	failures := silence.AskEach(ctx, engines, enginePatience, func(ctx context.Context, _ int, s *Networks) error {
		members, err := s.Members(ctx, vpc, true)
		if err == nil && len(members) > 0 {
			err = errUsed
		}
		return err
	})
	return errors.Join(failures...) == nil
}
