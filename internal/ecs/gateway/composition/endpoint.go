package composition

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// EndpointOf is the endpoint of a route, which is there as long as the load balancer knows its host.
func EndpointOf(tx *store.Tx, r *gateway.Route) (e managedresource.Endpoint, found bool) {
	g := gateway.Find(tx, r.GatewayARN)
	if g == nil {
		return e, false
	}
	v := managedresource.Owner{Own: gateway.Rows().Owned(tx, r.ARN), Shared: gateway.Rows().Owned(tx, r.Balancer)}
	e = managedresource.Endpoint{Host: Host(r), Balancer: v.ID(gateway.LoadBalancer), Public: g.Public()}
	return e, e.Balancer != "" && v.ID(gateway.Rule) != ""
}

// FindEndpoint is the endpoint with a host name.
func FindEndpoint(tx *store.Tx, host string) (e managedresource.Endpoint, found bool) {
	token := managedresource.TokenOf(host)
	if token == "" {
		return e, false
	}
	r := gateway.RouteByToken(tx, token)
	if r == nil || !strings.EqualFold(Host(r), host) {
		return e, false
	}
	return EndpointOf(tx, r)
}
