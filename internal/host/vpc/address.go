package vpc

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// ReserveAddress takes a free address of a subnet for an EC2 instance. It is reserved until
// ReleaseAddress; after a restart see Options.InstanceAddresses.
func (n *Networks) ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error) {
	try := func() (netip.Addr, error) {
		network, subnet, err := n.OfSubnet(ctx, scope, subnetID)
		if err != nil {
			return netip.Addr{}, err
		}
		return n.Engine.ReserveAddress(ctx, network.Name, subnet)
	}
	address, err := try()
	if backend.Missing(err, backend.KindNetwork) { // it was removed from the engine
		n.Forget()
		address, err = try()
	}
	if _, lacks := errors.AsType[withoutNetwork](err); lacks {
		return n.addressWithoutNetwork(scope, subnetID)
	}
	return address, err
}

// withoutNetwork is why a subnet has no network on the engine: something else has the range of
// its VPC, or the range of the subnet was added to the VPC.
type withoutNetwork struct{ error }

func (e withoutNetwork) Unwrap() error { return e.error }

// addressWithoutNetwork is an address of a subnet that no other EC2 instance has. Nothing
// runs there, so nothing else has one: a task on the instance ends with the reason.
func (n *Networks) addressWithoutNetwork(scope arn.Scope, subnetID string) (netip.Addr, error) {
	subnet := ec2network.FindSubnet(n.Store.Read(), scope, subnetID)
	if subnet == nil {
		return netip.Addr{}, fmt.Errorf("subnet %s does not exist", subnetID)
	}
	var taken []netip.Addr
	if n.InstanceAddresses != nil {
		taken = n.InstanceAddresses(subnet.VPC)
	}
	own := subnet.CIDR(netip.Prefix{})
	address := own.Addr()
	for range 4 { // Source: VPC user guide, subnet sizing
		address = address.Next()
	}
	for ; own.Contains(address.Next()); address = address.Next() {
		if !slices.Contains(taken, address) && n.promise(subnet.VPC, address) {
			return address, nil
		}
	}
	return netip.Addr{}, backend.ErrSubnetFull
}

// promise reports whether an address has not been promised yet.
func (n *Networks) promise(vpc string, address netip.Addr) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := vpc + " " + address.String()
	before := n.promised[key]
	n.promised[key] = true
	return !before
}

// ReleaseAddress gives an address of a VPC back. A sandbox that has it keeps it until its end.
func (n *Networks) ReleaseAddress(vpc string, address netip.Addr) {
	n.Engine.ReleaseAddress(vpc, address)
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.promised, vpc+" "+address.String())
}

// keepAddresses reserves the addresses that EC2 instances have already, before a task gets
// one of them: the network is new to this run.
func (n *Networks) keepAddresses(ctx context.Context, network backend.Network) error {
	if n.InstanceAddresses == nil {
		return nil
	}
	for _, address := range n.InstanceAddresses(network.Name) {
		if _, err := n.Engine.ReserveAddress(ctx, network.Name, netip.PrefixFrom(address, address.BitLen())); err != nil {
			return fmt.Errorf("keep address %s: %w", address, err)
		}
	}
	return nil
}
