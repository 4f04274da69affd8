package vpc

import (
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TakePublicAddress gives an owner a public address, if there is one left, while what it is for
// lives. It fails with ErrNotStored.
func (n *Networks) TakePublicAddress(owner, what string, lives func(tx *store.Tx) bool) error {
	var address netip.Addr
	taken := false
	err := n.Store.Update(func(tx *store.Tx) error {
		if taken = lives(tx); taken {
			address = ec2network.TakePublicAddress(tx, owner, owner)
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNotStored, err)
	case taken && !address.IsValid() && !n.noPublicAddress.Swap(true):
		n.Log.Warn("no public address is free: tasks and load balancers that ask for one run without it", "for", what)
	case taken && address.IsValid() && !n.publicShown.Swap(true):
		n.Log.Info("public addresses are only shown: nothing answers there", "for", what, "address", address)
	}
	return nil
}
