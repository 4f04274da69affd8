package scene

import (
	"context"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// ResolverOf runs the resolver of a network, and connects to it.
func (s *Env) ResolverOf(engine backend.Resolvers, network string) (*resolver.Client, netip.Addr) {
	s.Helper()
	address, stream, err := engine.RunResolver(s.Ctx, network)
	if err != nil {
		s.Fatalf("RunResolver: %v", err)
	}
	ctx, cancel := context.WithTimeout(s.Ctx, Patience)
	defer cancel()
	client, err := resolver.Connect(ctx, stream)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(client.Close)
	return client, address
}

// ZoneOf are the pieces of a zone with one name, for an address.
func ZoneOf(name string, to netip.Addr) []resolver.Piece {
	return []resolver.Piece{
		{Zone: &resolver.Zone{ID: "ns-1", Name: "shop.test"}},
		{Name: &resolver.Name{ID: "srv-1", Zone: "ns-1", Name: name, Sets: []resolver.Set{{Type: "A", TTL: 1}}, Records: []resolver.Record{{ID: "1", IPv4: to}}}},
	}
}
