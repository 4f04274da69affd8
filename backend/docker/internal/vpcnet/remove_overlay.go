package vpcnet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
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
	var quits sync.WaitGroup
	failures := make([]error, len(engines))
	dones := make([]func(), len(engines))
	for i, on := range engines {
		quits.Go(func() {
			dones[i], failures[i] = on.quitOverlay(ctx, name, vpc)
		})
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
	patience := learnPatience
	if slices.ContainsFunc(dones, func(done func()) bool { return done == nil }) {
		patience = abandonedPatience // what an engine has that does not answer stays, and others wait for their turn
	}
	if err := removeWithin(ctx, manager, vpc.ID, patience); err != nil && !cerrdefs.IsNotFound(err) {
		return err
	}
	w.forget(vpc.ID)
	return nil
}

// quitOverlay takes what the engine has off a network that is to be removed. One that does not answer is no failure, and holds
// up the removal no longer than it is waited for.
func (s *Networks) quitOverlay(ctx context.Context, name string, vpc Network) (done func(), err error) {
	soon, cancel := context.WithTimeout(ctx, enginePatience)
	defer cancel()
	if done, err = s.Quit(soon, name, vpc); err == nil {
		soon, cancel = context.WithTimeout(ctx, enginePatience)
		defer cancel()
		if _, err = s.disconnectAll(soon, vpc.ID); cerrdefs.IsNotFound(err) {
			err = nil
		}
	}
	if err != nil && ctx.Err() == nil && (dockerapi.Lost(err) || soon.Err() != nil) {
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

// unused reports whether all engines say that the owner has no container on a network.
func (w *Swarm) unused(ctx context.Context, vpc Network) bool {
	engines, _ := w.all()
	for _, s := range engines {
		soon, cancel := context.WithTimeout(ctx, enginePatience)
		members, err := s.Members(soon, vpc, true)
		cancel()
		if err != nil || len(members) > 0 {
			return false
		}
	}
	return true
}

// A manager learns a little later that a container is off a network.
const (
	learnPatience = 30 * time.Second
	learnPause    = 20 * time.Millisecond
)

// removeWithin removes a network from which the last container has just been taken.
func removeWithin(ctx context.Context, manager dockerapi.Client, id string, patience time.Duration) error {
	for began := time.Now(); ; {
		err := manager.NetworkRemove(ctx, id)
		if err == nil || !inUse(err) || time.Since(began) > patience {
			return err
		}
		if err := pause.For(ctx, learnPause); err != nil {
			return err
		}
	}
}

// inUse recognizes the refusal of a manager, or of the engine, to remove a network.
// Source: swarmkit, manager/controlapi/network.go; Moby, libnetwork/error.go.
func inUse(err error) bool {
	return strings.Contains(err.Error(), "is in use by task") || strings.Contains(err.Error(), "has active endpoints")
}
