package sim

import (
	"context"
	"fmt"
	"io"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var _ backend.Resolvers = (*Engine)(nil)

// RunResolver connects to the resolver of a network, which is there as long as the network.
func (e *Engine) RunResolver(ctx context.Context, name string) (netip.Addr, io.ReadWriteCloser, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(ctx, name)
	if err != nil {
		return netip.Addr{}, nil, err
	}
	if n.resolver == nil {
		return netip.Addr{}, nil, fmt.Errorf("network %s was made without a resolver", name)
	}
	return n.CIDR.Masked().Addr().Next().Next(), n.resolver.Connect(), nil
}
