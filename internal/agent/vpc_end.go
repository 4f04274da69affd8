package agent

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// followVPCs removes the networks of VPCs that have been deleted.
func (a *Agent) followVPCs(ctx context.Context) error {
	for {
		vpc, err := a.vpcs.Next(ctx)
		if err != nil {
			return err
		}
		for _, h := range a.hosts {
			h.removeNetwork(vpc, firstRemovalPause)
		}
		a.vpcs.Done(vpc)
	}
}

// removeNetwork removes the network of a VPC that is gone. In the VPC nothing runs any
// more, but a machine may be on its way out: what cannot be removed is tried again.
func (h *host) removeNetwork(vpc string, pause time.Duration) {
	if h.Engine.Health() != nil {
		return // the next resync does it
	}
	call := h.agent.calls.Begin(nil, enginecall.Finish)
	if !h.Engine.Go(func() {
		defer call.End()
		h.mu.Lock()
		delete(h.networks, vpc)
		h.mu.Unlock()
		err := h.Engine.RemoveNetwork(call, vpc)
		if err == nil || h.Engine.Lost(err) {
			return
		}
		h.agent.Log.Debug("network of a deleted VPC not removed from the engine; it is tried again", "vpc", vpc, "error", err)
		h.agent.Clock.AfterFunc(pause, func() { h.removeNetwork(vpc, min(2*pause, lastRemovalPause)) })
	}) {
		call.End()
	}
}

// removeNetworksLeft removes networks of VPCs that were deleted while nobody could remove
// them.
func (h *host) removeNetworksLeft(there []backend.Network) {
	tx := h.agent.Store.Read()
	for _, n := range there {
		if state.OwnVPC(n.Name) && !tx.HasVPC(n.Name) {
			h.removeNetwork(n.Name, firstRemovalPause)
		}
	}
}
