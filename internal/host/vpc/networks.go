// Package vpc has the networks of VPCs on an engine, with their addresses and names, and the
// network interfaces in them, with their security groups. It knows owners of interfaces, which
// are tasks, container instances and load balancers, by their ARNs alone.
//
// [Networks] belongs to one engine, [Interfaces] to all: members of a security group may be on
// several.
package vpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// Options are what Networks need.
type Options struct {
	Store  *store.Store
	Clock  *clock.Clock
	Log    *slog.Logger
	Engine *enginecall.Engine
	// Labels are the labels of the networks of VPCs of one's own, the same on all engines; the default VPC's has none.
	Labels map[string]string
	// Range of the default VPC's network; the zero Prefix leaves it to the engine.
	Range netip.Prefix
	// InstanceAddresses are the addresses of the EC2 instances in a VPC that are not terminated, which
	// nothing else gets; nil is none.
	InstanceAddresses func(vpc string) []netip.Addr
}

// Networks are the networks of VPCs on an engine. Each is made when it is first needed. Its
// methods may be called by many goroutines at once.
type Networks struct {
	Options
	unfiltered atomic.Pointer[error] // why the engine cannot filter packets

	// What has been said about public addresses: that they are but shown, that none is left.
	publicShown, noPublicAddress atomic.Bool

	mu       sync.Mutex
	promised map[string]bool            // addresses in VPCs without network, by VPC and address
	known    map[string]backend.Network // by VPC: those that were asked for in this run
	lacking  error                      // why there is no network of the default VPC, or nil
	looked   bool                       // the engine has been looked at: see Find
	tell     func(vpc string)           // see OnNetworks
}

// ErrNotStored is about a fact that the store could not write. Try again: it is no fault of
// the task that needs it.
var ErrNotStored = errors.New("not stored")

// NewNetworks makes Networks that have made none yet.
func NewNetworks(o Options) *Networks {
	return &Networks{Options: o, promised: map[string]bool{}, known: map[string]backend.Network{}}
}

// OfSubnet returns the engine's network of the VPC that a subnet is in, and the part of it that
// is the subnet. It makes the network if need be.
func (n *Networks) OfSubnet(ctx context.Context, scope arn.Scope, id string) (backend.Network, netip.Prefix, error) {
	tx := n.Store.Read()
	subnet := ec2network.FindSubnet(tx, scope, id)
	if subnet == nil {
		return backend.Network{}, netip.Prefix{}, fmt.Errorf("subnet %s does not exist", id)
	}
	v := ec2network.FindVPC(tx, scope, subnet.VPC)
	if v == nil {
		return backend.Network{}, netip.Prefix{}, fmt.Errorf("%s does not exist", subnet.VPC)
	}
	if err := inFirstRange(v, subnet); err != nil {
		return backend.Network{}, netip.Prefix{}, err
	}
	network, err := n.OfVPC(ctx, v)
	if err != nil {
		return backend.Network{}, netip.Prefix{}, err
	}
	return network, subnet.CIDR(network.CIDR), nil
}

// inFirstRange refuses a subnet in a range that was added to a VPC: the engine's networks have
// one range. A second network would not be the same one, as it filters what goes between
// two.
func inFirstRange(v *ec2network.VPC, subnet *ec2network.Subnet) error {
	for _, r := range v.Secondary {
		if added := netip.MustParsePrefix(r.CIDR); added.Overlaps(subnet.CIDR(netip.MustParsePrefix(v.CIDR))) {
			return withoutNetwork{fmt.Errorf("subnet %s is in the range %s, which was added to %s: a network on the engine has the range that its VPC was made with, %s",
				subnet.ID, r.CIDR, v.ID, v.CIDR)}
		}
	}
	return nil
}

// OfVPC returns the engine's network of a VPC, and makes it if need be. The default VPCs of all
// accounts and regions share one.
func (n *Networks) OfVPC(ctx context.Context, v *ec2network.VPC) (backend.Network, error) {
	n.mu.Lock()
	network, known := n.known[v.ID]
	n.mu.Unlock()
	if known {
		return network, nil
	}
	var err error
	if v.Default {
		network, err = n.defaultNetwork(ctx)
	} else {
		network, err = n.ownNetwork(ctx, v)
	}
	if err == nil {
		err = n.keepAddresses(ctx, network)
	}
	if err != nil {
		return network, err
	}
	n.mu.Lock()
	n.known[v.ID] = network
	n.mu.Unlock()
	n.told(v.ID)
	return network, nil
}

// defaultNetwork makes the network of the default VPCs, and tells the store which range the
// engine has chosen.
func (n *Networks) defaultNetwork(ctx context.Context) (backend.Network, error) {
	network, err := n.Engine.EnsureNetwork(ctx, backend.NetworkSpec{Name: ec2network.DefaultVPC, CIDR: n.Range, Resolver: n.Engine.Resolvers() != nil})
	if err != nil {
		err = fmt.Errorf("make the network of the VPC: %w", err)
		n.lackNetwork(err)
		return network, err
	}
	if n.Range.IsValid() && network.CIDR != n.Range {
		n.Log.Warn("made the network of the VPC with another range", "range", network.CIDR, "wanted", n.Range)
	}
	err = n.Store.Update(func(tx *store.Tx) error {
		if ec2network.NetworkCIDR(tx) != network.CIDR {
			ec2network.SetNetworkCIDR(tx, network.CIDR)
		}
		return nil
	})
	if err != nil {
		return network, fmt.Errorf("%w: %w", ErrNotStored, err)
	}
	n.lackNetwork(nil)
	return network, nil
}

// ownNetwork makes the network of a VPC of one's own, with the range that the VPC was made with
// or not at all. The engine says what is in the way.
func (n *Networks) ownNetwork(ctx context.Context, v *ec2network.VPC) (backend.Network, error) {
	network, err := n.Engine.EnsureNetwork(ctx, backend.NetworkSpec{
		Name: v.ID, CIDR: netip.MustParsePrefix(v.CIDR), Exact: true, Labels: n.Labels, Resolver: n.Engine.Resolvers() != nil,
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
func (n *Networks) lackNetwork(err error) {
	if errors.Is(err, backend.ErrUnavailable) || errors.Is(err, context.Canceled) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lacking = err
}

// Health is why the network of the default VPC could not be made when that was last tried, or
// nil.
func (n *Networks) Health() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lacking
}

// FilterHealth is why security groups have no effect on the engine, or nil.
func (n *Networks) FilterHealth() error {
	if lack := n.unfiltered.Load(); lack != nil {
		return *lack
	}
	return nil
}

// Forget has networks made or found again: one of them was removed from the engine.
func (n *Networks) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.known)
}

// InLife reports whether a sandbox runs in the life that began at a time: another one has another
// namespace, without what was told of packets. The zero time is any.
func InLife(sandbox backend.Container, since time.Time) bool {
	return sandbox.State == backend.Running && (since.IsZero() || SameLife(sandbox.StartedAt, since))
}

// SameLife reports whether two times are the beginning of the same life of a sandbox. Rows have them in milliseconds.
func SameLife(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }

// Connected reports whether a sandbox runs that has its address on a network still.
func Connected(sandbox backend.Container) bool {
	return sandbox.State == backend.Running && sandbox.IP.IsValid()
}
