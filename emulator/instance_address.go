package emulator

import (
	"context"
	"fmt"
	"net/netip"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/emulator/agent"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/capacity"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// instanceAddresses gives EC2 instances the last free addresses of their subnets; tasks
// get the first ones.
type instanceAddresses struct {
	store *state.Store
	agent *agent.Agent

	mu    sync.Mutex
	taken map[netip.Addr]bool // and not in a row yet
}

var _ capacity.Addresses = (*instanceAddresses)(nil)

func (a *instanceAddresses) ReserveAddress(ctx context.Context, scope arn.Scope, subnetID string) (netip.Addr, error) {
	network, err := a.agent.VPCRange(ctx) // the engine chooses it
	if err != nil {
		return netip.Addr{}, err
	}
	address, err := a.choose(network, scope, subnetID)
	if err != nil {
		return netip.Addr{}, err
	}
	if err := a.agent.KeepAddress(ctx, address); err != nil {
		a.ReleaseAddress(ctx, address)
		return netip.Addr{}, err
	}
	return address, nil
}

// choose takes an address that no instance has.
func (a *instanceAddresses) choose(network netip.Prefix, scope arn.Scope, subnetID string) (netip.Addr, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	tx := a.store.Read()
	subnet := tx.Subnet(scope, subnetID)
	if subnet == nil {
		return netip.Addr{}, fmt.Errorf("there is no subnet %s", subnetID)
	}
	used := map[string]bool{}
	for _, i := range ec2.AllInstances(tx) {
		used[i.PrivateIP] = used[i.PrivateIP] || i.Reached != "terminated"
	}
	block := subnet.CIDR(network)
	for address := last(block).Prev(); block.Contains(address); address = address.Prev() { // the last one is the broadcast address
		if !used[address.String()] && !a.taken[address] {
			a.taken[address] = true
			return address, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("subnet %s is full", subnetID)
}

func (a *instanceAddresses) ReleaseAddress(_ context.Context, address netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.taken, address)
	a.agent.ReleaseAddress(address)
}

// instanceAddress is the address of a container instance's EC2 instance; zero if it has
// none.
func (s *Server) instanceAddress(c *state.ContainerInstance) netip.Addr {
	i := ec2.FindInstance(s.store.Read(), c.Scope(), c.EC2InstanceID)
	if i == nil || i.PrivateIP == "" {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(i.PrivateIP)
	return address
}

// last is the last address of a range.
func last(block netip.Prefix) netip.Addr {
	b := block.Addr().As4()
	for bit := block.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}
