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
// instance has from its first task on. It is reserved until ReleaseAddress, or until the
// engine is opened again: KeepAddress then takes the same one.
func (a *Agent) ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error) {
	subnet := a.Store.Read().Subnet(scope, subnetID)
	if subnet == nil {
		return netip.Addr{}, fmt.Errorf("subnet %s does not exist", subnetID)
	}
	return a.reserve(ctx, func(network backend.Network) netip.Prefix { return subnet.CIDR(network.CIDR) })
}

// VPCRange is the range of the engine's network, which is made if it is not there.
func (a *Agent) VPCRange(ctx context.Context) (netip.Prefix, error) {
	h := a.hosts[instanceHost]
	if h == nil {
		return netip.Prefix{}, errors.New("no host has container instances")
	}
	network, err := h.vpcNetwork(ctx)
	return network.CIDR, err
}

// KeepAddress reserves an address that the caller has chosen, or that ReserveAddress gave
// to an earlier agent.
func (a *Agent) KeepAddress(ctx context.Context, address netip.Addr) error {
	_, err := a.reserve(ctx, func(backend.Network) netip.Prefix { return netip.PrefixFrom(address, address.BitLen()) })
	return err
}

// ReleaseAddress gives an address back. A machine that has it keeps it until its end.
func (a *Agent) ReleaseAddress(address netip.Addr) {
	h := a.hosts[instanceHost]
	if h == nil {
		return
	}
	h.mu.Lock()
	network := h.network.Name
	h.mu.Unlock()
	h.Engine.ReleaseAddress(network, address)
}

func (a *Agent) reserve(ctx context.Context, from func(backend.Network) netip.Prefix) (netip.Addr, error) {
	h := a.hosts[instanceHost]
	if h == nil {
		return netip.Addr{}, errors.New("no host has container instances")
	}
	try := func() (netip.Addr, error) {
		network, err := h.vpcNetwork(ctx)
		if err != nil {
			return netip.Addr{}, err
		}
		return h.Engine.ReserveAddress(ctx, network.Name, from(network))
	}
	address, err := try()
	if backend.Missing(err, backend.KindNetwork) { // somebody has removed it
		h.forgetNetwork()
		address, err = try()
	}
	return address, err
}
