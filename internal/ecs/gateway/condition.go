package gateway

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var conditions = store.NewTable("gateway-route-condition", func(c *Condition) string { return c.RouteARN })

// Condition is how far a route is. The controller writes it.
type Condition struct {
	RouteARN, ServiceARN string
	// Asked is when that was asked of which the rest is said.
	Asked time.Time
	// Once: it has led to its service, so what fails from then on is an update. Leads: it does so now, as is asked.
	Once, Leads, Failed bool
}

// Settled is whether a route leads to its service as it is asked to now, or has failed to.
func (c *Condition) Settled(r *Route) bool {
	return c.Asked.Equal(r.UpdatedAt) && (c.Leads || c.Failed)
}

// ConditionOf is how far a route is; one that is new has none of it.
func ConditionOf(tx *store.Tx, r *Route) Condition {
	if c := conditions.Get(tx, r.ARN); c != nil {
		return *c
	}
	return Condition{RouteARN: r.ARN, ServiceARN: r.ServiceARN}
}

func PutCondition(tx *store.Tx, c Condition) { conditions.Put(tx, &c) }

// OnConditions wakes with the services of routes that have come so far that a deployment can go on.
func OnConditions() store.Source {
	return store.On(conditions, func(_, after *Condition) []string {
		if after == nil || !after.Leads && !after.Failed {
			return nil
		}
		return []string{after.ServiceARN}
	})
}

// Traffic is what routes bring to the tasks of a revision, whose container has the port. It is not settled while one is under way.
// One that has failed brings nothing, unless it led to the service before and does so still: the deployment goes on without it, a choice.
func Traffic(tx *store.Tx, routes []string, container string, port int32) (balancers []types.LoadBalancer, brings state.GatewayTraffic, settled bool) {
	for _, id := range routes {
		r := FindRoute(tx, id)
		if r == nil {
			continue
		}
		g, c := Find(tx, r.GatewayARN), ConditionOf(tx, r)
		if !c.Settled(r) {
			return nil, brings, false
		}
		has := managedresource.Owner{Own: resources.Owned(tx, id)}
		if g == nil || !c.Leads && !(c.Once && stands(&has)) {
			continue
		}
		advanced := &types.AdvancedConfiguration{
			AlternateTargetGroupArn: aws.String(has.ID(AlternateTargetGroup)), ProductionListenerRule: aws.String(has.ID(Rule)), RoleArn: &g.Role,
		}
		if rule := has.ID(TestRule); has.Stands(TestRule) {
			advanced.TestListenerRule = &rule
		}
		balancers = append(balancers, types.LoadBalancer{
			TargetGroupArn: aws.String(has.ID(TargetGroup)), ContainerName: &container, ContainerPort: &port, AdvancedConfiguration: advanced,
		})
		brings.Routes, brings.SecurityGroups = append(brings.Routes, id), append(brings.SecurityGroups, has.ID(ServiceGroup))
	}
	return balancers, brings, true
}

// stands is whether what led to the service is there still: a later request has failed, and not what was before.
func stands(has *managedresource.Owner) bool {
	return has.Stands(Rule) && has.Stands(TargetGroup) && has.Stands(AlternateTargetGroup) && has.Stands(ServiceGroup)
}
