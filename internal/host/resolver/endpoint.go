package resolver

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	gatewaycomposition "github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
)

// lookAtEndpoint has the resolvers of its VPC know an endpoint, and its domain. The host is told by
// [Controller.Answer], and of public ones only.
func (c *Controller) lookAtEndpoint(ctx context.Context, id string) error {
	of := func(part int) func(tx *store.Tx) (*resolver.Piece, []string) {
		return func(tx *store.Tx) (*resolver.Piece, []string) {
			pieces, vpc := endpoint(tx, id)
			if len(pieces) == 0 {
				return nil, nil
			}
			return &pieces[part], []string{vpc}
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

// passEndpoints has all be looked at that share what an id names: a network set or a load balancer of a gateway, or its ARN.
func (c *Controller) passEndpoints(id string) {
	tx := c.Store.Read()
	var shared []string
	switch {
	case express.IsSet(id):
		shared = express.Wakes(tx, id)
	case gateway.IsBalancer(id):
		shared = gateway.Related(tx, id)
	default:
		for _, balancer := range express.Made(tx, id) {
			shared = append(shared, express.Wakes(tx, balancer.Owner)...)
		}
		for _, balancer := range gateway.Rows().Made(tx, id) {
			shared = append(shared, gateway.Related(tx, balancer.Owner)...)
		}
	}
	for _, each := range shared {
		c.Pass(id, each)
	}
}

// endpoint are the zone and the name of the endpoint of an Express gateway service or a route of a gateway, by its ARN, and its VPC; none
// while it is not there.
func endpoint(tx *store.Tx, id string) (pieces []resolver.Piece, vpc string) {
	var e composition.Endpoint
	found := false
	if s := express.Find(tx, id); s != nil {
		e, found = composition.EndpointOf(tx, s)
		vpc = s.Network.VPC
	} else if r := gateway.FindRoute(tx, id); r != nil {
		e, found = gatewaycomposition.EndpointOf(tx, r)
		vpc = r.VPC
	}
	if !found {
		return nil, ""
	}
	label, domain, _ := strings.Cut(e.Host, ".")
	name := &resolver.Name{ID: id, Zone: domain, Name: label, Sets: []resolver.Set{{Type: "A", TTL: givenTTL}}}
	for _, address := range addressesOf(elbv2.FindLoadBalancer(tx, e.Balancer)) {
		name.Records = append(name.Records, resolver.Record{ID: address.String(), IPv4: address})
	}
	return []resolver.Piece{{Zone: &resolver.Zone{ID: domain, Name: domain, NegativeTTL: negativeTTL}}, {Name: name}}, vpc
}
