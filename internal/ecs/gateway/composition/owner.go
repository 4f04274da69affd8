package composition

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Owners are routes, load balancers and gateways, for the controller.
func Owners() controller.Owners {
	return controller.Owners{
		Name: "gateway", Rows: gateway.Rows(), Sources: sources, Next: Next, Wakes: wakes, Doubts: doubts,
		Ends: func(tx *store.Tx, owner string, now time.Time) bool { return end(tx, owner, now) != nil },
		End:  func(tx *store.Tx, owner string, now time.Time) { end(tx, owner, now)() },
	}
}

// Next are the next steps of an owner.
func Next(tx *store.Tx, owner string, now time.Time) []managedresource.Step {
	v := Read(tx, owner, now)
	return book.Next(&v)
}

// doubts look whether resources are still there, so that a deletion does not look for what users have removed.
func doubts(tx *store.Tx, owner string, now time.Time) (steps []managedresource.Step) {
	v := Read(tx, owner, now)
	for _, r := range v.Own {
		if s, is := book.Doubt(&v, r); is {
			steps = append(steps, s)
		}
	}
	return steps
}

// sources wake with the owners of which something has changed.
func sources() []store.Source {
	return append(gateway.Sources(), state.OnServices(func(before, after *state.Service) (routes []string) {
		for _, s := range []*state.Service{before, after} {
			if s != nil && s.Deploys() {
				routes = append(routes, routesOf(s)...)
			}
		}
		return routes
	}))
}

// routesOf are the routes that deployments of a service have, and the one to which a rollback goes back.
func routesOf(s *state.Service) (routes []string) {
	for _, d := range s.Deployments {
		routes = append(routes, d.Revision.GatewayRoutes...)
	}
	if s.Completed != nil && s.DeletedAt.IsZero() {
		routes = append(routes, s.Completed.Revision.GatewayRoutes...)
	}
	return routes
}

// wakes are the owners whose next steps may be others once an owner's have changed.
func wakes(tx *store.Tx, owner string) []string { return gateway.Related(tx, owner) }

// end is what is written of an owner whose steps are taken; nil: nothing.
func end(tx *store.Tx, owner string, now time.Time) func() {
	if r := gateway.FindRoute(tx, owner); r != nil {
		v := ReadRoute(tx, r, now)
		switch {
		case !v.Wanted && v.Gone():
			return func() { gateway.RemoveRoute(tx, r) }
		case v.Wanted && v.condition() != v.Condition:
			return func() { gateway.PutCondition(tx, v.condition()) }
		}
		return nil
	}
	if gateway.IsBalancer(owner) {
		v := readBalancer(tx, owner, now)
		if v.Wanted || len(v.Own) == 0 || !v.Gone() {
			return nil
		}
		return func() { gateway.ForgetBalancer(tx, owner) }
	}
	g := gateway.Find(tx, owner)
	if g == nil {
		return nil
	}
	for _, a := range gateway.OfGateway(tx, g.ARN) {
		if a.Disassociating && !routed(tx, a) {
			return func() { gateway.RemoveAssociation(tx, a) }
		}
	}
	if g.Updates == 0 || g.LastOutcome(tx) != nil {
		return nil
	}
	failures, settled := outcome(tx, g, now)
	if !settled {
		return nil
	}
	return func() {
		gateway.PutOutcome(tx, &gateway.Outcome{GatewayARN: g.ARN, Update: g.Updates, At: now, Failures: failures})
	}
}

// routed is whether services of a cluster have routes of a gateway.
func routed(tx *store.Tx, a *gateway.Association) bool {
	for _, r := range gateway.RoutesOfGateway(tx, a.GatewayARN) {
		if r.ClusterARN == a.ClusterARN {
			return true
		}
	}
	return false
}

// outcome is what has failed of an update, once nothing of it is left to do.
func outcome(tx *store.Tx, g *gateway.Gateway, now time.Time) (failures []gateway.Failure, settled bool) {
	for _, r := range gateway.RoutesOfGateway(tx, g.ARN) { // those that are under way come first, as each change of one asks
		if c := gateway.ConditionOf(tx, r); c.Settled(r) {
			continue
		}
		if v := ReadRoute(tx, r, now); v.Wanted && len(book.Next(&v)) > 0 {
			return nil, false
		}
	}
	for _, key := range gateway.Balancers(tx, g) {
		owners := []string{key}
		for _, r := range gateway.RoutesOfBalancer(tx, key) {
			owners = append(owners, r.ARN)
		}
		balancer := readBalancer(tx, key, now)
		for _, owner := range owners {
			v := Read(tx, owner, now)
			if v.Wanted && len(book.Next(&v)) > 0 {
				return nil, false
			}
			for _, r := range v.Own {
				if f := r.Refusal; f != nil && !r.UpdatedAt.Before(g.UpdatedAt) {
					failures = append(failures, gateway.Failure{ARN: balancer.ID(gateway.LoadBalancer), Operation: f.Operation, Code: f.Code, Message: f.Message})
				}
			}
		}
	}
	return failures, true
}
