package gateway

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

// Sources wake with the owners of which something has changed: gateways, load balancers and routes.
func Sources() []store.Source {
	return []store.Source{
		store.OnKeys(gateways),
		store.On(associations, func(before, after *Association) []string { return []string{either(before, after).GatewayARN} }),
		store.On(routes, func(before, after *Route) []string {
			r := either(before, after)
			return []string{r.ARN, r.Balancer, r.GatewayARN}
		}),
		resources.Source(),
	}
}

func either[R any](before, after *R) *R {
	if after != nil {
		return after
	}
	return before
}

// Related are the owners whose next steps may be others once an owner's have changed.
func Related(tx *store.Tx, owner string) (others []string) {
	if r := FindRoute(tx, owner); r != nil {
		return []string{r.Balancer, r.GatewayARN}
	}
	if !IsBalancer(owner) {
		return nil
	}
	for _, r := range RoutesOfBalancer(tx, owner) {
		others = append(others, r.ARN)
	}
	if g := Of(tx, owner); g != nil {
		others = append(others, g.ARN)
	}
	return others
}
