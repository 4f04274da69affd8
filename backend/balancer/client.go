package balancer

import (
	"context"
	"net/netip"
)

// clientKey is where a context has the client for whom a target is dialled.
type clientKey struct{}

// WithClient says that a target is to see the client's address.
func WithClient(ctx context.Context, client netip.AddrPort) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientOf is the client as whom a target is dialled; there is none where the target sees the
// load balancer.
// Source: user guide of network load balancers, client IP preservation: always of UDP.
func ClientOf(ctx context.Context) (client netip.AddrPort, kept bool) {
	client, kept = ctx.Value(clientKey{}).(netip.AddrPort)
	return client, kept
}
