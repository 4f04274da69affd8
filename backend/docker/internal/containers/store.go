// Package containers makes, finds and removes the containers of an owner.
package containers

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/claim"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// Store is the containers of an owner on an engine.
type Store struct {
	client       dockerapi.Client
	owner        label.Owner
	claims       *claim.Claims
	programs     program.Finder
	architecture func(context.Context) (string, error) // of the engine
	images       programImages
	known        sync.Map // id to Facts, of containers that are known to be the owner's
}

// New returns the containers of an owner. architecture is the engine's, as program.Finder wants it.
func New(client dockerapi.Client, owner label.Owner, claims *claim.Claims, programs program.Finder, architecture func(context.Context) (string, error)) *Store {
	return &Store{client: client, owner: owner, claims: claims, programs: programs, architecture: architecture}
}

// Inspect tells of a container of the owner's. It does not know those of other owners, nor the
// engine's own helpers and what is kept for tasks to come. A sandbox that a task has claimed has the task's name.
func (s *Store) Inspect(ctx context.Context, id string) (container.InspectResponse, error) {
	found, err := s.inspect(ctx, id)
	if err != nil {
		return found, err
	}
	if found.Config.Labels[label.OwnerKey] != s.owner.Name || IsHelper(found.Config.Labels) {
		return found, dockerapi.NoContainer(id)
	}
	name, free, err := s.claims.Owner(ctx, found.ID, found.Name, found.Config.Labels)
	if err != nil {
		return found, err
	}
	if free {
		return found, dockerapi.NoContainer(id)
	}
	found.Name = "/" + name
	s.Know(found)
	return found, nil
}

// inspect finds a container by its id or name, or by the name of the task that has claimed it.
func (s *Store) inspect(ctx context.Context, id string) (container.InspectResponse, error) {
	found, err := s.client.ContainerInspect(ctx, id)
	if !cerrdefs.IsNotFound(err) || isID(id) {
		return found, err
	}
	claimed, known, failed := s.claims.Find(ctx, id)
	if failed != nil {
		return found, failed
	}
	if !known {
		return found, err
	}
	return s.client.ContainerInspect(ctx, claimed)
}

// idLength is how many hexadecimal digits the id of a container has.
const idLength = 64

func isID(id string) bool {
	_, err := hex.DecodeString(id)
	return err == nil && len(id) == idLength
}

// IsHelper reports whether a container belongs to no task: heartbeats, errands, cgroup managers, relays,
// resolvers, spares and fillers.
func IsHelper(labels map[string]string) bool {
	return slices.Contains([]label.Kind{label.Heartbeat, label.Errand, label.CgroupManager, label.Relay, label.Resolver, label.Spare, label.Filler}, label.Kind(labels[label.KindKey]))
}

// ExpectRunning makes sure that the sandbox runs in whose limits something is to start:
// the engine would make its control group anew, without limits, and leave it for ever.
// Otherwise the error is backend.ErrNoSandbox.
func (s *Store) ExpectRunning(ctx context.Context, sandboxID string) error {
	found, err := s.client.ContainerInspect(ctx, sandboxID)
	switch {
	case cerrdefs.IsNotFound(err), err == nil && !found.State.Running:
		return fmt.Errorf("%w: %s", backend.ErrNoSandbox, sandboxID)
	}
	return err
}
