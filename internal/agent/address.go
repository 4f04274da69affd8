package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
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
	if _, lacks := errors.AsType[withoutNetwork](err); lacks {
		return h.addressWithoutNetwork(scope, subnetID)
	}
	return address, err
}

// withoutNetwork is why a subnet has no network on the engine: something else has the range of
// its VPC, or somebody added its range to the VPC.
type withoutNetwork struct{ error }

func (e withoutNetwork) Unwrap() error { return e.error }

// addressWithoutNetwork is an address of a subnet that no other EC2 instance has. Nothing
// runs there, so nothing else has one: a task on the instance ends with the reason.
func (h *host) addressWithoutNetwork(scope arn.Scope, subnetID string) (netip.Addr, error) {
	subnet := h.agent.Store.Read().Subnet(scope, subnetID)
	if subnet == nil {
		return netip.Addr{}, fmt.Errorf("subnet %s does not exist", subnetID)
	}
	var taken []netip.Addr
	if h.agent.InstanceAddresses != nil {
		taken = h.agent.InstanceAddresses(subnet.VPC)
	}
	own := subnet.CIDR(netip.Prefix{})
	address := own.Addr()
	for range 4 { // Source: VPC user guide, subnet sizing
		address = address.Next()
	}
	for ; own.Contains(address.Next()); address = address.Next() {
		if !slices.Contains(taken, address) && h.promise(subnet.VPC, address) {
			return address, nil
		}
	}
	return netip.Addr{}, backend.ErrSubnetFull
}

// promise reports whether nobody has been promised an address yet.
func (h *host) promise(vpc string, address netip.Addr) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := vpc + " " + address.String()
	before := h.promised[key]
	h.promised[key] = true
	return !before
}

// ReleaseAddress gives an address of a VPC back. A machine that has it keeps it until its
// end.
func (a *Agent) ReleaseAddress(vpc string, address netip.Addr) {
	if h := a.hosts[instanceHost]; h != nil {
		h.Engine.ReleaseAddress(vpc, address)
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.promised, vpc+" "+address.String())
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
