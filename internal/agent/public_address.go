package agent

import (
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

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

// takePublic gives an owner a public address, if there is one left, while what it is for lives.
func (h *host) takePublic(owner, what string, lives func(tx *state.Tx) bool) error {
	var address netip.Addr
	taken := false
	err := h.agent.Store.Update(func(tx *state.Tx) error {
		if taken = lives(tx); taken {
			address = tx.TakePublicAddress(owner, owner)
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errNotStored, err)
	case taken && !address.IsValid() && !h.noPublicAddress.Swap(true):
		h.agent.Log.Warn("no public address is left: tasks and load balancers that ask for one have none until others end", "for", what)
	case taken && address.IsValid() && !h.publicShown.Swap(true):
		h.agent.Log.Info("public addresses are only shown: nothing answers there", "for", what, "address", address)
	}
	return nil
}
