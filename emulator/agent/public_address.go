package agent

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// PublicAddresses say what becomes of the public addresses of tasks.
type PublicAddresses struct {
	// Engine leads them to the tasks. Nil is that they are shown, and nobody answers there.
	Engine backend.PublicAddresser
	// Ranges are where they are from. None is all.
	Ranges []netip.Prefix
}

// takePublicAddress gives a task the public address that it asks for, if there is one left.
func (h *host) takePublicAddress(t *state.Task) error {
	if !t.Spec.AssignPublicIP {
		return nil
	}
	return h.takePublic(t.ARN, t.ARN, func(tx *state.Tx) bool {
		row := tx.Task(t.ARN)
		return row != nil && !row.Ended()
	})
}

// takePublic gives an owner a public address for somebody who lives, if there is one left.
func (h *host) takePublic(owner, whom string, lives func(tx *state.Tx) bool) error {
	ranges := h.PublicAddresses.Ranges
	if len(ranges) == 0 {
		ranges = state.PublicRanges()
	}
	var address netip.Addr
	taken := false
	err := h.agent.Store.Update(func(tx *state.Tx) error {
		if taken = lives(tx); taken {
			address = tx.TakePublicAddress(owner, owner, ranges)
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errNotStored, err)
	case taken && !address.IsValid() && !h.noPublicAddress.Swap(true):
		h.agent.Log.Warn("no public address is left: those who ask for one have none until others end", "for", whom)
	case taken && address.IsValid() && h.PublicAddresses.Engine == nil && !h.publicShown.Swap(true):
		h.agent.Log.Info("public addresses are only shown: nobody answers there without --public-addresses", "for", whom, "address", address)
	}
	return nil
}

// leadPublicAddress has the task's public address lead to its sandbox, which runs.
func (h *host) leadPublicAddress(ctx context.Context, t *state.Task, sandboxID string) {
	if t.Spec.AssignPublicIP {
		h.leadPublic(ctx, t.ARN, t.ARN, sandboxID)
	}
}

// leadPublic has the public address of an owner lead to a sandbox, which runs. It does without it
// where that cannot be.
func (h *host) leadPublic(ctx context.Context, owner, whom, sandboxID string) {
	address := h.agent.Store.Read().PublicAddress(owner)
	if h.PublicAddresses.Engine == nil || !address.IsValid() {
		return
	}
	err := limitError(ctx, h.Engine.(timed), "started", networkTimeout, func(ctx context.Context) error {
		return h.PublicAddresses.Engine.SetPublicAddress(ctx, sandboxID, address)
	})
	if err = ignoreEnded(err); err != nil && ctx.Err() == nil {
		h.agent.Log.Warn("public address leads nowhere", "of", whom, "address", address, "error", err)
	}
}

// adoptPublicAddress does so for a sandbox that was found: an emulator that ends takes its
// routes along. The lock is held.
func (w *work) adoptPublicAddress(sandboxID string) {
	h, t := w.host, w.task
	if h.PublicAddresses.Engine == nil || !t.Spec.AssignPublicIP {
		return
	}
	call := h.agent.calls.begin(&chain{}, true)
	if !h.spawn(func() {
		defer call.end()
		h.leadPublicAddress(call, t, sandboxID)
	}) {
		call.end()
	}
}
