package docker

import (
	"context"
	"time"

	"github.com/moby/moby/api/types/swarm"

	membership "github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet/swarm"
)

// membershipPatience bounds how long a manager may take to say whether an engine is in its swarm.
const membershipPatience = 2 * time.Second

// outside is why an engine of a swarm does not belong to it any more, from what it says of itself and what managers say of it:
// one that was removed takes itself for a member. Empty: it does, or it is not known.
func (e *Engine) outside(ctx context.Context, says swarm.Info) string {
	if e.swarm == nil {
		return ""
	}
	switch says.LocalNodeState {
	case swarm.LocalNodeStateInactive, swarm.LocalNodeStateLocked:
		if _, err := membership.NodeOf(e.networks.Name, says); err != nil {
			return err.Error()
		}
	}
	if says.NodeID != "" && e.swarm.removed(ctx, e, says.NodeID) {
		return membership.Removed(e.networks.Name).Error()
	}
	return ""
}

// isOutside asks the engine whether it does not belong to its swarm any more.
func (e *Engine) isOutside(ctx context.Context) bool {
	soon, cancel := context.WithTimeout(ctx, membershipPatience)
	defer cancel()
	info, err := e.client.Info(soon)
	return err == nil && e.outside(ctx, info.Swarm) != ""
}

// removed reports whether a manager that answers does not know the node of an engine. The engine itself may manage the swarm, or
// take itself for a manager.
func (s *Swarm) removed(ctx context.Context, of *Engine, node string) bool {
	soon, cancel := context.WithTimeout(ctx, membershipPatience)
	defer cancel()
	for _, e := range s.with(of) {
		if known, err := e.client.HasNode(soon, node); err == nil {
			return !known
		}
	}
	return false
}
