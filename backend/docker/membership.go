package docker

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
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
	if e.swarm.shared.Other(says) {
		return membership.Strayed(e.networks.Name).Error()
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

// removed reports whether managers that answer do not know the node of an engine. One that does is enough: another may have left
// for a swarm of its own. The engine itself may manage the swarm, or take itself for a manager.
func (s *Swarm) removed(ctx context.Context, of *Engine, node string) bool {
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	engines := s.with(of)
	var known, unknown atomic.Bool
	failures := silence.AskEach(asking, silences(engines), membershipPatience, func(ctx context.Context, i int, _ *silence.Silence) error {
		has, err := engines[i].client.HasNode(ctx, node)
		switch {
		case err == nil && has:
			known.Store(true)
			cancel() // the others need not be waited for
		case err == nil:
			unknown.Store(true)
		}
		return err
	})
	if known.Load() || ctx.Err() != nil {
		return false
	}
	late := func(err error) bool { return errors.Is(err, context.DeadlineExceeded) } // it is busy, and may be the one that knows
	return unknown.Load() && !slices.ContainsFunc(failures, late)
}
