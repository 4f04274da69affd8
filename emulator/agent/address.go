package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
)

// ReserveAddress takes a free address of a subnet for an EC2 instance, which its container
// instance has from its first task on. It is reserved until ReleaseAddress; after a restart
// see Options.InstanceAddresses.
func (a *Agent) ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error) {
	h := a.hosts[instanceHost]
	if h == nil {
		return netip.Addr{}, errors.New("no host has container instances")
	}
	try := func() (netip.Addr, error) {
		network, subnet, err := h.subnetNetwork(ctx, scope, subnetID)
		if err != nil {
			return netip.Addr{}, err
		}
		return h.Engine.ReserveAddress(ctx, network.Name, subnet)
	}
	address, err := try()
	if backend.Missing(err, backend.KindNetwork) { // somebody has removed it
		h.forgetNetworks()
		address, err = try()
	}
	return address, err
}

// ReleaseAddress gives an address of a VPC back. A machine that has it keeps it until its
// end.
func (a *Agent) ReleaseAddress(vpc string, address netip.Addr) {
	if h := a.hosts[instanceHost]; h != nil {
		h.Engine.ReleaseAddress(vpc, address)
	}
}

// keepAddresses reserves the addresses that EC2 instances have already, before a task gets
// one of them: the network is new to this run.
func (h *host) keepAddresses(ctx context.Context, network backend.Network) error {
	if h.Name != instanceHost || h.agent.InstanceAddresses == nil {
		return nil
	}
	for _, address := range h.agent.InstanceAddresses(network.Name) {
		if _, err := h.Engine.ReserveAddress(ctx, network.Name, netip.PrefixFrom(address, address.BitLen())); err != nil {
			return fmt.Errorf("keep address %s: %w", address, err)
		}
	}
	return nil
}
