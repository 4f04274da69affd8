package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// subnetNetwork is the engine's network of the VPC that a subnet is in, which the first
// task there makes, and the part of it that is the subnet.
func (h *host) subnetNetwork(ctx context.Context, scope arn.Scope, id string) (backend.Network, netip.Prefix, error) {
	tx := h.agent.Store.Read()
	subnet := tx.Subnet(scope, id)
	if subnet == nil {
		return backend.Network{}, netip.Prefix{}, fmt.Errorf("subnet %s does not exist", id)
	}
	v := tx.VPC(scope, subnet.VPC)
	if v == nil {
		return backend.Network{}, netip.Prefix{}, fmt.Errorf("%s does not exist", subnet.VPC)
	}
	if err := inFirstRange(v, subnet); err != nil {
		return backend.Network{}, netip.Prefix{}, err
	}
	network, err := h.vpcNetwork(ctx, v)
	if err != nil {
		return backend.Network{}, netip.Prefix{}, err
	}
	return network, subnet.CIDR(network.CIDR), nil
}

// inFirstRange refuses a subnet in a range that somebody added to a VPC: the engine's networks
// have one range. A second network would not be the same one, as it filters what goes between
// two.
func inFirstRange(v *state.VPC, subnet *state.Subnet) error {
	for _, r := range v.Secondary {
		if added := netip.MustParsePrefix(r.CIDR); added.Overlaps(subnet.CIDR(netip.MustParsePrefix(v.CIDR))) {
			return withoutNetwork{fmt.Errorf("subnet %s is in the range %s, which was added to %s: a network on the engine has the range that its VPC was made with, %s",
				subnet.ID, r.CIDR, v.ID, v.CIDR)}
		}
	}
	return nil
}

// vpcNetwork makes the engine's network of a VPC when the first task needs it. The default
// VPCs of all accounts and regions share one.
func (h *host) vpcNetwork(ctx context.Context, v *state.VPC) (backend.Network, error) {
	h.mu.Lock()
	network, known := h.networks[v.ID]
	h.mu.Unlock()
	if known {
		return network, nil
	}
	var err error
	if v.Default {
		network, err = h.defaultNetwork(ctx)
	} else {
		network, err = h.ownNetwork(ctx, v)
	}
	if err == nil {
		err = h.keepAddresses(ctx, network)
	}
	if err != nil {
		return network, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.networks[v.ID] = network
	return network, nil
}

// defaultNetwork makes the network of the default VPCs, and tells the store which range the
// engine has chosen.
func (h *host) defaultNetwork(ctx context.Context) (backend.Network, error) {
	network, err := h.Engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: state.DefaultVPC, CIDR: h.VPCRange})
	if err != nil {
		err = fmt.Errorf("make the network of the VPC: %w", err)
		h.lackNetwork(err)
		return network, err
	}
	if h.VPCRange.IsValid() && network.CIDR != h.VPCRange {
		h.agent.Log.Warn("the network of the VPC has been made with another range", "range", network.CIDR, "wanted", h.VPCRange)
	}
	err = h.agent.Store.Update(func(tx *state.Tx) error {
		if tx.NetworkCIDR() != network.CIDR {
			tx.SetNetworkCIDR(network.CIDR)
		}
		return nil
	})
	if err != nil {
		return network, fmt.Errorf("%w: %w", errNotStored, err)
	}
	h.lackNetwork(nil)
	return network, nil
}

// ownNetwork makes the network of a VPC of one's own, which has the range that it was made
// with or none. What is in the way the engine says.
func (h *host) ownNetwork(ctx context.Context, v *state.VPC) (backend.Network, error) {
	network, err := h.Engine.EnsureNetwork(ctx, backend.NetworkSpec{
		Name: v.ID, CIDR: netip.MustParsePrefix(v.CIDR), Exact: true, Labels: h.labels(),
	})
	if errors.Is(err, backend.ErrAddressInUse) {
		err = withoutNetwork{err}
	}
	if err != nil {
		return network, fmt.Errorf("make the network of %s: %w", v.ID, err)
	}
	return network, nil
}

// lackNetwork notes why there is no default network, or that there is one. The engine's
// absence is no reason.
func (h *host) lackNetwork(err error) {
	if errors.Is(err, backend.ErrUnavailable) || errors.Is(err, context.Canceled) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noNet = err
}

func (h *host) networkHealth() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.noNet
}

// forgetNetworks has the networks made again, or found: somebody has removed one.
func (h *host) forgetNetworks() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.networks)
}
