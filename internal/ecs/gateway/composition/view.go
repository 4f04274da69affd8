// Package composition decides what becomes of the resources of gateways: of the load balancers that a gateway has, and of what a route
// to a service has at one of them. From what was asked, and the rows of what there is, Next says which calls come next.
package composition

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// View is what is known of an owner: a route, or a load balancer. A gateway has no resources of its own.
type View struct {
	managedresource.Owner
	// Gateway is the owner's; nil: it is deleted, and what is left of the load balancer goes.
	Gateway *gateway.Gateway
	// Route is the owner, nil of a load balancer.
	Route *gateway.Route
	// Condition is how far the route is known to be.
	Condition gateway.Condition
}

// Read is the view of an owner.
func Read(tx *store.Tx, owner string, now time.Time) View {
	switch r := gateway.FindRoute(tx, owner); {
	case r != nil:
		return ReadRoute(tx, r, now)
	case gateway.IsBalancer(owner):
		return readBalancer(tx, owner, now)
	}
	v := View{Owner: managedresource.Owner{Key: owner, Now: now}, Gateway: gateway.Find(tx, owner)}
	if v.Gateway != nil {
		v.Scope = v.Gateway.Scope
	}
	return v
}

// readBalancer is the view of a load balancer, which is wanted as long as there are routes that have a place at it.
func readBalancer(tx *store.Tx, key string, now time.Time) View {
	v := View{Owner: managedresource.Owner{Key: key, Own: gateway.Rows().Owned(tx, key), Now: now}, Gateway: gateway.Of(tx, key)}
	v.Scope, _ = gateway.OfBalancer(key)
	if v.Gateway == nil {
		return v
	}
	v.Role, v.AskedAt = v.Gateway.Role, v.Gateway.UpdatedAt
	for _, r := range gateway.RoutesOfBalancer(tx, key) {
		v.Wanted = v.Wanted || IsUsed(tx, r) || len(gateway.Rows().Owned(tx, r.ARN)) > 0
		if r.UpdatedAt.After(v.AskedAt) {
			v.AskedAt = r.UpdatedAt
		}
	}
	return v
}

// ReadRoute is the view of a route.
func ReadRoute(tx *store.Tx, r *gateway.Route, now time.Time) View {
	v := View{
		Owner:   managedresource.Owner{Key: r.ARN, Scope: r.Scope, Own: gateway.Rows().Owned(tx, r.ARN), Shared: gateway.Rows().Owned(tx, r.Balancer), Now: now},
		Gateway: gateway.Find(tx, r.GatewayARN), Route: r, Condition: gateway.ConditionOf(tx, r),
	}
	v.Wanted, v.AskedAt = v.Gateway != nil && IsUsed(tx, r), r.UpdatedAt
	if v.Gateway != nil {
		v.Role = v.Gateway.Role
	}
	return v
}

// IsUsed is whether a deployment of the service has a route, or the one to which a rollback goes back.
func IsUsed(tx *store.Tx, r *gateway.Route) bool {
	s := state.FindService(tx, r.ServiceARN)
	if s == nil || s.Status() == state.ServiceInactive || !s.Deploys() {
		return false
	}
	return slices.Contains(routesOf(s), r.ARN)
}

// Status of a route. What users have removed is not made again, as with Express mode: that a route which has led to its service stays
// ACTIVE until it is asked for something else is a choice.
func (v *View) Status() types.GatewayRouteStatus {
	switch {
	case !v.Wanted:
		return types.GatewayRouteStatusDeleteInProgress
	case v.failed() && v.Condition.Once:
		return types.GatewayRouteStatusUpdateFailed
	case v.failed():
		return types.GatewayRouteStatusCreateFailed
	case !v.Condition.Once:
		return types.GatewayRouteStatusCreateInProgress
	case len(book.Next(v)) > 0:
		return types.GatewayRouteStatusUpdateInProgress
	}
	return types.GatewayRouteStatusActive
}

// failed is whether a call has failed without which the route does not lead to its service, or not as is asked, or a user has removed
// what the route needs for that.
func (v *View) failed() bool {
	for _, list := range [][]*managedresource.Resource{v.Own, v.Shared} {
		for _, r := range list {
			if r.Refusal != nil && !r.Left && !v.AskedAt.After(r.UpdatedAt) && r.Kind != gateway.Attributes && r.Kind != gateway.Groups {
				return true
			}
		}
	}
	return v.Route != nil && !v.led() && slices.ContainsFunc(leading, v.lacks)
}

// Reason is why a route has failed, in the words of the API that has refused a call; empty: it has not.
func (v *View) Reason() string {
	if !v.failed() {
		return ""
	}
	for _, list := range [][]*managedresource.Resource{v.Own, v.Shared} {
		for _, r := range list {
			if r.Status == types.ManagedResourceStatusFailed && !r.Left {
				return string(r.Kind) + ": " + r.Reason
			}
		}
	}
	return ""
}

// led is whether the route has led to its service as it is asked to now.
func (v *View) led() bool { return v.Condition.Leads && v.Condition.Asked.Equal(v.Route.UpdatedAt) }

// leading are the resources without which a route does not lead to its service.
var leading = []gateway.Kind{gateway.Rule, gateway.TargetGroup, gateway.AlternateTargetGroup, gateway.ServiceGroup, gateway.Ingress, gateway.HealthCheckIngress}

// lacks is whether a resource does not come, as a user has removed it, or another one that it needs.
func (v *View) lacks(k gateway.Kind) bool {
	return v.Removed(k) || !v.Active(k) && slices.ContainsFunc(book.Recipes[k].Needs, v.lacks)
}

// condition is how far the route is. What users remove once it has led to its service is not noticed until it is asked for something else.
func (v *View) condition() gateway.Condition {
	c := v.Condition
	if v.led() && slices.ContainsFunc(leading, v.lacks) {
		return c
	}
	c.Asked, c.Leads, c.Failed = v.Route.UpdatedAt, v.Leads(), v.failed()
	c.Once = c.Once || c.Leads
	return c
}

// Leads is whether a route leads to its service, and as is asked now.
func (v *View) Leads() bool {
	if v.Gateway == nil {
		return false
	}
	for _, k := range leading {
		recipe := book.Recipes[k]
		if recipe.Unless != nil && recipe.Unless(v) {
			continue
		}
		if !v.Active(k) || (recipe.Change != nil || recipe.Anew) && v.Find(k).Wanted != book.Digest(v, k) {
			return false
		}
	}
	return v.Gateway.Asked.TestHeader == nil || v.Active(gateway.TestRule) || v.Removed(gateway.TestRule)
}

// BalancerGroups are the security groups of the load balancer.
func (v *View) BalancerGroups() (groups []string) {
	if managed := v.ID(gateway.BalancerGroup); managed != "" {
		groups = append(groups, managed)
	}
	if v.Gateway != nil && v.Gateway.Asked.InboundSecurityGroup != "" {
		groups = append(groups, v.Gateway.Asked.InboundSecurityGroup)
	}
	return groups
}

// GroupARN is the ARN of a security group.
func GroupARN(s arn.Scope, id string) string {
	return "arn:" + s.Partition() + ":ec2:" + s.Region + ":" + s.Account + ":security-group/" + id
}

// GroupRuleARNs are the ARNs of the inbound rules of a security group.
func GroupRuleARNs(tx *store.Tx, s arn.Scope, id string) []string {
	list := []string{}
	if g := ec2network.FindSecurityGroup(tx, s, id); g != nil {
		for _, r := range g.Rules {
			if !r.Egress {
				list = append(list, "arn:"+s.Partition()+":ec2:"+s.Region+":"+s.Account+":security-group-rule/"+r.ID)
			}
		}
	}
	return list
}

// Host is the name of a route's endpoint: as Express mode has them, a choice.
func Host(r *gateway.Route) string {
	return managedresource.Host(arn.Name(r.ServiceARN), r.Token, r.Scope)
}
