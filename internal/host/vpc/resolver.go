package vpc

import (
	"context"
	"errors"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

// Resolver is what there is to know of the DNS server of a VPC before it is asked for.
type Resolver int

// What there may be.
const (
	NoResolver      Resolver = iota // the VPC has no network, or the engine has no resolvers
	ResolverUnknown                 // the engine has not been looked at
	HasResolver
)

// Resolver tells whether a VPC has a DNS server.
func (n *Networks) Resolver(vpc string) Resolver {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, known := n.known[vpc]
	switch {
	case n.Engine.Resolvers() == nil:
		return NoResolver
	case known:
		return HasResolver
	case !n.looked:
		return ResolverUnknown
	default:
		return NoResolver
	}
}

// RunResolver has the DNS server of a VPC with a network run: see backend.Resolvers.
func (n *Networks) RunResolver(ctx context.Context, vpc string) (netip.Addr, io.ReadWriteCloser, error) {
	engine := n.Engine.Resolvers()
	if engine == nil {
		return netip.Addr{}, nil, errors.New("the engine runs no DNS servers")
	}
	if err := n.Engine.Health(); err != nil {
		return netip.Addr{}, nil, err
	}
	return engine.RunResolver(ctx, vpc)
}

// OnNetworks sets what is told of a VPC whose network has been made, found or removed. It is called
// before the engine is looked at.
func (n *Networks) OnNetworks(tell func(vpc string)) { n.tell = tell }

func (n *Networks) told(vpc string) {
	if n.tell != nil {
		n.tell(vpc)
	}
}

// Find takes over the networks of VPCs of one's own that an earlier run has made. It is called when the
// engine has been looked at.
func (n *Networks) Find(ctx context.Context, there []backend.Network) {
	tx := n.Store.Read()
	for _, network := range there {
		if v := ec2network.OwnVPCByID(tx, network.Name); v != nil {
			if _, err := n.OfVPC(ctx, v); err != nil && ctx.Err() == nil && !n.Engine.Lost(err) {
				n.Log.Warn("cannot take over the network of a VPC", "vpc", v.ID, "error", err)
			}
		}
	}
	n.mu.Lock()
	n.looked = true
	n.mu.Unlock()
}
