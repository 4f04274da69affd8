package vpcnet

import (
	"context"
	"errors"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// nodes are the ids of the engines' nodes, as a network's label has them.
func (w *Swarm) nodes() string {
	engines, _ := w.all()
	var ids []string
	for _, s := range engines {
		id := label.UnknownNode
		if node, ok := s.node.Peek(); ok {
			id = node.ID
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ",")
}

// Owned are the networks of the swarm that emulators have, by owner.
func (w *Swarm) Owned(ctx context.Context) (map[string][]network.Summary, error) {
	manager, err := w.Manager(ctx)
	if err != nil {
		return nil, err
	}
	all, err := w.overlays(ctx, manager, nil)
	owned := map[string][]network.Summary{}
	for _, n := range all {
		if of := n.Labels[label.OwnerKey]; of != "" {
			owned[of] = append(owned[of], n)
		}
	}
	return owned, err
}

// SeesAll reports whether the engines are all that a network's owner had when it was made. Nodes that are no longer in the
// swarm do not count.
func (w *Swarm) SeesAll(ctx context.Context, labels map[string]string) (bool, error) {
	manager, err := w.Manager(ctx)
	if err != nil {
		return false, err
	}
	engines, _ := w.all()
	for id := range strings.SplitSeq(labels[label.NodesKey], ",") {
		seen := slices.ContainsFunc(engines, func(s *Networks) bool {
			node, ok := s.node.Peek()
			return ok && node.ID == id
		})
		if seen {
			continue
		}
		if id == label.UnknownNode {
			return false, nil
		}
		if known, err := manager.HasNode(ctx, id); known || err != nil {
			return false, err
		}
	}
	return true, nil
}

// RemoveAbandoned removes a network on which no container runs, on any engine of the swarm. One in use stays.
func (w *Swarm) RemoveAbandoned(ctx context.Context, id string) (removed bool, err error) {
	if err := w.turn.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer w.turn.Release(1)
	manager, err := w.Manager(ctx)
	if err != nil {
		return false, err
	}
	err = removeWithin(ctx, manager, id, abandonedPatience, nil)
	switch {
	case err == nil:
		w.forget(id)
		return true, nil
	case cerrdefs.IsNotFound(err), inUse(err), errors.Is(err, dockerapi.ErrNetworkStuck):
		return false, nil
	}
	return false, err
}
