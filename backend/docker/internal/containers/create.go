package containers

import (
	"context"
	"errors"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// settleTimeout bounds the wait for another call on the same container, a create
// or remove in flight, to end. It may be the same call, which its caller has cut off and makes again.
const settleTimeout = 2 * time.Minute

// Remove removes a container, also one that runs. One that is gone is removed.
func (s *Store) Remove(ctx context.Context, id string) error {
	err := s.client.ContainerRemove(ctx, id)
	switch {
	case cerrdefs.IsNotFound(err):
		return nil
	case cerrdefs.IsConflict(err): // another call is removing it
		return s.await(ctx, err, func() (bool, error) {
			_, inspectErr := s.client.ContainerInspect(ctx, id)
			if cerrdefs.IsNotFound(inspectErr) {
				return true, nil
			}
			return false, inspectErr
		})
	case cerrdefs.IsInternal(err) && strings.Contains(err.Error(), couldNotKill):
		return s.await(ctx, err, func() (bool, error) {
			err := s.client.ContainerRemove(ctx, id)
			return err == nil || cerrdefs.IsNotFound(err), nil
		})
	default:
		return err
	}
}

// couldNotKill is what an engine says of a container whose end it has not noticed in time, as its machine is busy. It notices
// later.
// Source: Moby, daemon/delete.go, cleanupContainer.
const couldNotKill = "could not kill container"

// RemoveListed removes the containers that a filter selects, in any state, but for those that keep says.
func (s *Store) RemoveListed(ctx context.Context, which client.Filters, keep func(container.Summary) bool) error {
	found, err := s.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: which})
	var ids []string
	for _, c := range found {
		if !keep(c) {
			ids = append(ids, c.ID)
		}
	}
	_, failed := dockerapi.InParallel(ctx, ids, s.Remove)
	return errors.Join(err, failed)
}

// takeBackTimeout bounds the removal of a container that its maker has given up.
const takeBackTimeout = 5 * time.Second

// TakeBack removes a container that its maker cannot use; its ctx may have ended. Callers may ignore the error: a
// container that stays is removed with its owner.
func (s *Store) TakeBack(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackTimeout)
	defer cancel()
	return s.Remove(ctx, id)
}

// Creation is a container that is to be made.
type Creation struct {
	container.CreateRequest
	Platform *ocispec.Platform // nil: any
	Name     string
}

// post asks the engine for the container.
func (s *Store) post(ctx context.Context, c Creation) (Created, error) {
	id, err := s.client.ContainerCreate(ctx, c.CreateRequest, c.Platform, c.Name)
	return Created{id, true}, err
}

// Created is a container that a call made, or found under its name.
type Created struct {
	ID    string
	Fresh bool // this call made it
}

// Create makes a container, or finds the one of that name.
func (s *Store) Create(ctx context.Context, c Creation) (Created, error) {
	made, err := s.post(ctx, c)
	if conflict := err; dockerapi.NameTaken(conflict) {
		err = s.await(ctx, conflict, func() (done bool, err error) {
			made, done, err = s.createAgain(ctx, c, conflict)
			return done, err
		})
	}
	if err == nil && !IsHelper(c.Config.Labels) {
		s.known.Store(made.ID, factsOf(c.Name, c.Config.Labels, c.HostConfig))
	}
	return made, err
}

// createAgain looks at the container that has the name: the one that is wanted, another owner's, or
// one that is being made or removed.
func (s *Store) createAgain(ctx context.Context, c Creation, conflict error) (made Created, done bool, err error) {
	existing, err := s.client.ContainerInspect(ctx, c.Name)
	switch {
	case err != nil && !cerrdefs.IsNotFound(err):
		return made, false, err
	case err == nil && existing.Config.Labels[label.OwnerKey] != s.owner.Name:
		return made, false, conflict
	case err == nil && existing.State.Status != container.StateRemoving && existing.State.Status != container.StateDead:
		return Created{ID: existing.ID}, true, nil
	}
	made, err = s.post(ctx, c)
	if dockerapi.NameTaken(err) {
		return made, false, nil
	}
	return made, err == nil, err
}

// await asks until done or an error, and returns err if that takes too long.
func (s *Store) await(ctx context.Context, err error, done func() (bool, error)) error {
	limit := time.NewTimer(settleTimeout)
	defer limit.Stop()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		if ok, failed := done(); ok || failed != nil {
			return failed
		}
		select {
		case <-time.After(pause):
		case <-limit.C:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
