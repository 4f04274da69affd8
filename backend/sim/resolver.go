package sim

import (
	"context"
	"fmt"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/nameserver"
)

var _ backend.Resolvers = (*Engine)(nil)

// RunResolver connects to the resolver that a network has on this engine, which is there as long as the network. Each
// engine has one at the same address, for its own sandboxes.
func (e *Engine) RunResolver(ctx context.Context, name string) (netip.Addr, io.ReadWriteCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(ctx, name)
	if err != nil {
		return netip.Addr{}, nil, err
	}
	if !n.resolves {
		return netip.Addr{}, nil, fmt.Errorf("network %s was made without a resolver", name)
	}
	if n.resolvers[e] == nil {
		n.resolvers[e] = nameserver.New()
	}
	return n.CIDR.Masked().Addr().Next().Next(), n.resolvers[e].Connect(), nil
}
