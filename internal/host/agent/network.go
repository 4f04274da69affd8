package agent

import (
	"context"
	"errors"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// followVPCs removes the networks of VPCs that have been deleted, and has interfaces send to their
// ranges again.
func (a *Agent) followVPCs(ctx context.Context) error {
	for {
		vpc, err := a.vpcs.Next(ctx)
		if err != nil {
			return err
		}
		for _, h := range a.hosts {
			h.networks.Remove(vpc)
		}
		a.interfaces.VPCGone(vpc)
		a.vpcs.Done(vpc)
	}
}

// followGroups has the interfaces looked at that have a group whose rules change, or rules that
// name a prefix list that does.
func (a *Agent) followGroups(ctx context.Context) error {
	for {
		key, err := a.groups.Next(ctx)
		if err != nil {
			return err
		}
		a.interfaces.RulesChanged(key)
		a.groups.Done(key)
	}
}

// ReserveAddress takes a free address of a subnet for an EC2 instance, which its container
// instance has from its first task on. It is reserved until ReleaseAddress; after a restart
// see Options.InstanceAddresses.
func (a *Agent) ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error) {
	h := a.hosts[instanceHost]
	if h == nil {
		return netip.Addr{}, errors.New("this emulator runs no container instances")
	}
	return h.networks.ReserveAddress(ctx, scope, subnetID)
}

// ReleaseAddress gives an address of a VPC back. A container instance that has it keeps it until
// its end.
func (a *Agent) ReleaseAddress(vpc string, address netip.Addr) {
	if h := a.hosts[instanceHost]; h != nil {
		h.networks.ReleaseAddress(vpc, address)
	}
}
