package composition

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// Endpoint is where a service answers.
type Endpoint = managedresource.Endpoint

// EndpointOf is the endpoint of a service, which is there as long as the load balancer knows its host.
func EndpointOf(tx *store.Tx, s *express.Service) (e Endpoint, found bool) {
	v := managedresource.Owner{Own: express.Owned(tx, s.ARN), Shared: express.Owned(tx, s.Set)}
	e = Endpoint{Host: Host(s), Balancer: v.ID(express.LoadBalancer), Public: s.Network.Public}
	return e, e.Balancer != "" && v.ID(express.Rule) != ""
}

// FindEndpoint is the endpoint with a host name.
func FindEndpoint(tx *store.Tx, host string) (e Endpoint, found bool) {
	token := managedresource.TokenOf(host)
	if token == "" {
		return e, false
	}
	s := express.ByToken(tx, token)
	if s == nil || !strings.EqualFold(Host(s), host) {
		return e, false
	}
	return EndpointOf(tx, s)
}
