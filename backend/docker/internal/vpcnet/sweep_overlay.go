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
		id := label.UnknownNode(s.Name.Name)
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
// swarm do not count. Where a node was not known then, the owner itself finds its engine by the name; for others
// the engines have to be all of the swarm.
func (w *Swarm) SeesAll(ctx context.Context, labels map[string]string) (bool, error) {
	manager, err := w.Manager(ctx)
	if err != nil {
		return false, err
	}
	seen := w.seen(labels[label.OwnerKey])
	for part := range strings.SplitSeq(labels[label.NodesKey], ",") {
		var elsewhere []string
		switch {
		case seen[part]:
		case label.IsUnknownNode(part):
			elsewhere, err = manager.Nodes(ctx)
		default:
			var known bool
			if known, err = manager.HasNode(ctx, part); known {
				elsewhere = []string{part}
			}
		}
		if err != nil || slices.ContainsFunc(elsewhere, func(id string) bool { return !seen[id] }) {
			return false, err
		}
	}
	return true, nil
}

// seen are the nodes of the engines, and what stands for them in labels of an owner who has these engines.
func (w *Swarm) seen(owner string) map[string]bool {
	engines, _ := w.all()
	seen := map[string]bool{}
	for _, s := range engines {
		if node, ok := s.node.Peek(); ok {
			seen[node.ID] = true
			if s.Name.Name != "" && s.Owner.Name == owner {
				seen[label.UnknownNode(s.Name.Name)] = true
			}
		}
	}
	return seen
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
