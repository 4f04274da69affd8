package gateway

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

var (
	routes           = store.NewTable("gateway-route", func(r *Route) string { return r.ARN })
	routesOfService  = routes.Index(func(r *Route) string { return r.ServiceARN })
	routesOfGateway  = routes.Index(func(r *Route) string { return r.GatewayARN })
	routesOfBalancer = routes.Index(func(r *Route) string { return r.Balancer })
	routesOfVPC      = routes.Index(func(r *Route) string { return r.VPC })
	routesByToken    = routes.Index(func(r *Route) string { return r.Token })
	gatewaysByToken  = gateways.Index(func(g *Gateway) string { return g.Token })
	resources        = managedresource.NewRows("gateway-resource")
)

// Route is the way from a gateway to a service. Handlers make it with a service that has a connector; it is there until no deployment
// of the service uses it and nothing of it is left.
type Route struct {
	ARN   string
	Scope arn.Scope
	// Token tells routes apart, 32 hexadecimal digits: its host name and names of resources have them.
	Token                              string
	GatewayARN, ServiceARN, ClusterARN string
	// Balancer is the key of the load balancer, which has Slot for the route.
	Balancer string
	Slot     int
	VPC      string // the service's, and the gateway's
	// What the connector asks, and the container port that has the name.
	PortName      string
	ContainerPort int32
	HealthCheck   *types.GatewayConnectorHealthCheck
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Kind is what a resource is to its owner.
type Kind = managedresource.Kind

// What a load balancer of a gateway has.
const (
	BalancerGroup       Kind = "load-balancer-security-group"
	BalancerIngress     Kind = "load-balancer-ingress"
	LoadBalancer        Kind = "load-balancer"
	Attributes          Kind = "load-balancer-attributes"
	Groups              Kind = "load-balancer-security-groups"
	BalancerCertificate Kind = "load-balancer-certificate"
	Listener            Kind = "listener"
)

// What a route has.
const (
	ServiceGroup         Kind = "service-security-group"
	Ingress              Kind = "service-ingress"
	HealthCheckIngress   Kind = "health-check-ingress"
	Certificate          Kind = "certificate"
	ListenerCertificate  Kind = "listener-certificate"
	TargetGroup          Kind = "target-group"
	AlternateTargetGroup Kind = "alternate-target-group"
	Rule                 Kind = "rule"
	TestRule             Kind = "test-rule"
)

// Rows are the resources of all owners: the ARNs of routes, and the keys of load balancers.
func Rows() managedresource.Rows { return resources }

// RouteARN is the ARN of a route, which is not published: a choice.
func RouteARN(s arn.Scope, gateway, id string) string {
	return s.Prefix() + "gateway-route/" + gateway + "/" + id
}

func FindRoute(tx *store.Tx, routeARN string) *Route { return routes.Get(tx, routeARN) }

// Routes are all of an account and Region, by ARN.
func Routes(tx *store.Tx, s arn.Scope) []*Route { return routes.List(tx, s.Prefix()+"gateway-route/") }

// RoutesOfService are the routes to a service, by ARN.
func RoutesOfService(tx *store.Tx, serviceARN string) []*Route {
	return routesOfService.List(tx, serviceARN)
}

// RoutesOfGateway are the routes of a gateway, by ARN.
func RoutesOfGateway(tx *store.Tx, gatewayARN string) []*Route {
	return routesOfGateway.List(tx, gatewayARN)
}

// RoutesOfVPC are the routes to services of a VPC.
func RoutesOfVPC(tx *store.Tx, vpc string) []*Route { return routesOfVPC.List(tx, vpc) }

// RoutesOfBalancer are the routes that have a place at a load balancer.
func RoutesOfBalancer(tx *store.Tx, key string) []*Route { return routesOfBalancer.List(tx, key) }

// RouteByToken returns the route with a token, or nil.
func RouteByToken(tx *store.Tx, token string) *Route {
	for _, r := range routesByToken.List(tx, token) {
		return r
	}
	return nil
}

func PutRoute(tx *store.Tx, r *Route) { routes.Put(tx, r) }

// Ask has a route be as a connector asks, whose port is a container's. It is asked later than before in any case, so that it is looked at.
func (r *Route) Ask(c *types.GatewayConnector, port int32, at time.Time) {
	if !at.After(r.UpdatedAt) {
		at = r.UpdatedAt.Add(time.Millisecond)
	}
	r.PortName, r.ContainerPort, r.HealthCheck, r.UpdatedAt = aws.ToString(c.PortName), port, c.HealthCheck, at
}

// is reports whether a route is as a connector asks.
func (r *Route) is(c *types.GatewayConnector, port int32) bool {
	return r.PortName == aws.ToString(c.PortName) && r.ContainerPort == port && reflect.DeepEqual(r.HealthCheck, c.HealthCheck)
}

// GoBack has the routes of a revision be as its connector asks, once a later revision has asked for something else and has failed.
func GoBack(tx *store.Tx, r *state.ServiceRevision, definition *types.TaskDefinition, now time.Time) {
	for i := range r.GatewayConnectors { // one at most
		c := &r.GatewayConnectors[i]
		_, port, found := taskdef.NamedPort(definition, aws.ToString(c.PortName))
		if !found { // a request with such a connector is refused
			continue
		}
		for _, id := range r.GatewayRoutes {
			if there := FindRoute(tx, id); there != nil && !there.is(c, port) {
				asked := *there
				asked.Ask(c, port, now)
				PutRoute(tx, &asked)
			}
		}
	}
}

// RemoveRoute removes a route of which nothing is left that can be removed.
func RemoveRoute(tx *store.Tx, r *Route) {
	forget(tx, r.ARN)
	if c := conditions.Get(tx, r.ARN); c != nil {
		conditions.Delete(tx, c)
	}
	routes.Delete(tx, r)
}

// ForgetBalancer forgets a load balancer of which nothing is left that can be removed.
func ForgetBalancer(tx *store.Tx, key string) { forget(tx, key) }

// forget leaves what an owner has still to the user.
func forget(tx *store.Tx, owner string) {
	for _, left := range resources.Owned(tx, owner) {
		resources.Remove(tx, left)
	}
}

// balancerPrefix is what the keys of all load balancers begin with.
const balancerPrefix = "gateway-alb/"

// IsBalancer is whether an owner is a load balancer.
func IsBalancer(owner string) bool { return strings.HasPrefix(owner, balancerPrefix) }

// BalancerKey is the key of the nth load balancer of a gateway.
func (g *Gateway) BalancerKey(n int) string {
	return fmt.Sprintf("%s%s/%s/%s/%d", balancerPrefix, g.Scope.Account, g.Scope.Region, g.Token, n)
}

// OfBalancer is what the key of a load balancer says: the scope, and digits that no other load balancer has.
func OfBalancer(key string) (s arn.Scope, digits string) {
	parts := strings.Split(strings.TrimPrefix(key, balancerPrefix), "/")
	return arn.Scope{Account: parts[0], Region: parts[1]}, parts[2][:8] + "-" + parts[3]
}

// Of is the gateway of a load balancer; nil: it is deleted.
func Of(tx *store.Tx, key string) *Gateway {
	for _, g := range gatewaysByToken.List(tx, strings.Split(key, "/")[3]) {
		return g
	}
	return nil
}

// MostBalancers is how many load balancers a gateway has at most. Source: Elastic Load Balancing quotas, load balancers in a Region.
const MostBalancers = 50

// Balancers are the keys of the load balancers of a gateway that have routes or resources, in order. There may be gaps.
func Balancers(tx *store.Tx, g *Gateway) (keys []string) {
	for n := 1; n <= MostBalancers; n++ {
		key := g.BalancerKey(n)
		if len(RoutesOfBalancer(tx, key)) > 0 || len(resources.Owned(tx, key)) > 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// MostOfBalancer is how many routes share a load balancer: as many certificates as a listener has beside its default one. Source: Elastic
// Load Balancing quotas, certificates of an Application Load Balancer; that AWS shares so is a choice.
const MostOfBalancer = 25

// Assign gives a new route a place at the first load balancer of its gateway that has one of most places left, and reports whether
// there was one. How AWS spreads routes is not published: a choice.
func Assign(tx *store.Tx, g *Gateway, r *Route, most int) bool {
	has := Balancers(tx, g)
	for n := 1; n <= MostBalancers; n++ {
		key, taken := g.BalancerKey(n), map[int]bool{}
		if !slices.Contains(has, key) && len(has) >= int(g.Asked.MaxBalancers) {
			continue
		}
		for _, other := range RoutesOfBalancer(tx, key) {
			taken[other.Slot] = true
		}
		if len(taken) >= most {
			continue
		}
		r.Balancer, r.Slot = key, 1
		for taken[r.Slot] {
			r.Slot++
		}
		return true
	}
	return false
}
