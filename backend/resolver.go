package backend

import (
	"context"
	"io"
	"net/netip"
)

// Resolvers is implemented by engines that run the DNS server of a VPC, which is package resolver, on
// networks with NetworkSpec.Resolver. It is at the third address of the range, or elsewhere if that is taken.
// Sandboxes on the network ask it, unless their Names have servers, and it asks what the engine would have
// them ask. Their filters let DNS to it pass. Of engines that share the network each has one, for its own sandboxes.
// Source: Amazon VPC user guide, Amazon DNS server and security groups.
type Resolvers interface {
	// RunResolver has the resolver of a network run. It returns its address and a stream to it, for package
	// resolver's Connect: what it is told holds until it ends, also without a client. It goes on when this
	// process ends, and goes with the network. One that has ended knows nothing when it runs again.
	RunResolver(ctx context.Context, network string) (netip.Addr, io.ReadWriteCloser, error)
}
