package resolver

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
)

// lookAtEndpoint has the resolvers of its VPC know the endpoint of an Express gateway service, and its domain. The host is told by
// [Controller.Answer], and of public ones only.
func (c *Controller) lookAtEndpoint(ctx context.Context, id string) error {
	of := func(part int) func(tx *store.Tx) (*resolver.Piece, []string) {
		return func(tx *store.Tx) (*resolver.Piece, []string) {
			s := express.Find(tx, id)
			if s == nil {
				return nil, nil
			}
			pieces := endpoint(tx, s)
			if len(pieces) == 0 {
				return nil, nil
			}
			return &pieces[part], []string{s.Network.VPC}
		}
	}
	if piece, _ := of(0)(c.Store.Read()); piece != nil { // the domain stays when the last endpoint in it goes
		if _, err := c.tellServers(ctx, resolver.Key{Kind: resolver.KindZone, ID: piece.Zone.ID}, of(0)); err != nil {
			return err
		}
	}
	_, err := c.tellServers(ctx, resolver.Key{Kind: resolver.KindName, ID: id}, of(1))
	return err
}

// passEndpoints has all be looked at that share what an id names: a network set, or its load balancer.
func (c *Controller) passEndpoints(id string) {
	tx := c.Store.Read()
	sets := []string{id}
	if !express.IsSet(id) {
		sets = nil
		for _, balancer := range express.Made(tx, id) {
			sets = append(sets, balancer.Owner)
		}
	}
	for _, set := range sets {
		for _, service := range express.Wakes(tx, set) {
			c.Pass(id, service)
		}
	}
}

// endpoint are the zone and the name of a service's endpoint; none while it is not there.
func endpoint(tx *store.Tx, s *express.Service) []resolver.Piece {
	e, found := composition.EndpointOf(tx, s)
	if !found {
		return nil
	}
	label, domain, _ := strings.Cut(e.Host, ".")
	name := &resolver.Name{ID: s.ARN, Zone: domain, Name: label, Sets: []resolver.Set{{Type: "A", TTL: givenTTL}}}
	for _, address := range addressesOf(elbv2.FindLoadBalancer(tx, e.Balancer)) {
		name.Records = append(name.Records, resolver.Record{ID: address.String(), IPv4: address})
	}
	return []resolver.Piece{{Zone: &resolver.Zone{ID: domain, Name: domain, NegativeTTL: negativeTTL}}, {Name: name}}
}
