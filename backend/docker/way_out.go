package docker

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/wayout"
)

// leadOut has a container that is not started yet lead out of a network that leads nowhere.
func (e *Engine) leadOut(ctx context.Context, vpc vpcnet.Network, containerID string) error {
	if !vpc.Overlay {
		return nil
	}
	put := func() error {
		out, err := e.wayOut.Get(ctx)
		if err != nil {
			return err
		}
		return e.wayOut.Put(ctx, out, containerID)
	}
	err := put()
	if errors.Is(err, wayout.ErrGone) {
		err = put()
	}
	return err
}

// wayOutFarewell bounds the removal of the bridge that leads out.
const wayOutFarewell = 10 * time.Second

// removeWayOut removes the bridge that leads out of VPCs with the owner's last network. If that fails it stays for the next
// network, and goes with everything else of the owner.
func (e *Engine) removeWayOut() {
	if e.networks.Swarm == nil {
		return
	}
	ctx, cancel := context.WithTimeout(e.closing, wayOutFarewell)
	defer cancel()
	if err := e.wayOut.RemoveUnused(ctx); err != nil {
		e.log.Debug("the bridge that leads out of VPCs is not removed", "error", err)
	}
}

// ledOut reports whether a sandbox leads out of its VPC by a bridge of the engine.
func (e *Engine) ledOut(ctx context.Context, sandboxID string) (bool, error) {
	known, err := e.sandbox(ctx, sandboxID)
	return known.LedOut, err
}
