package observe

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// Instances are the container instances of a service's cluster, as one snapshot has them.
// What is free of them is found out when a decision asks.
type Instances struct {
	tx      *store.Tx
	service *state.Service
	chance  placement.Chance
	pool    *placement.Pool
	engines *engineroom.Room
	demands map[[2]string]*placement.Demand // by deployment id and capacity provider
}

// newInstances is nil where all tasks run on Fargate.
func newInstances(tx *store.Tx, s *state.Service, chance placement.Chance) *Instances {
	if !slices.ContainsFunc(taskset.Generations(tx, s), OnInstances) {
		return nil
	}
	return &Instances{tx: tx, service: s, chance: chance, demands: map[[2]string]*placement.Demand{}}
}

// On says which engines the container instances are on; nil is one without a name. It comes before all questions.
func (i *Instances) On(engines *engineroom.Room) {
	if i != nil {
		i.engines = engines
	}
}

// Pool is the container instances with what is free of them. DAEMON services have their
// resources reserved: there, a task of another service finds no room, whichever of the
// services is decided about first.
//
// Source: ECS developer guide, daemon scheduling strategy.
func (i *Instances) Pool() *placement.Pool {
	if i.pool != nil {
		return i.pool
	}
	i.pool = placement.NewPool(i.tx, state.Clusters.Get(i.tx, i.service.ClusterARN), i.chance)
	if i.service.SchedulingStrategy != types.SchedulingStrategyDaemon {
		ReserveDaemons(i.tx, i.pool, i.service.ClusterARN, i.engines)
	}
	return i.pool
}

// Used reports whether a decision has asked for the Pool, which costs a look at each container instance.
func (i *Instances) Used() bool { return i.pool != nil }

// Demand is what a task of a generation asks of a container instance; nil if the task
// definition is gone.
func (i *Instances) Demand(g *state.Generation) *placement.Demand { return i.DemandOf(g, "") }

// DemandOf is what one asks of a container instance of a capacity provider.
func (i *Instances) DemandOf(g *state.Generation, provider string) *placement.Demand {
	key := [2]string{g.ID, provider}
	if known, ok := i.demands[key]; ok {
		return known
	}
	demand := demandOf(i.tx, i.service, g, provider, i.engines)
	i.demands[key] = demand
	return demand
}

// ZonesFor are the zones with container instances that suit tasks of a generation.
func (i *Instances) ZonesFor(g *state.Generation) (zones []string) {
	for _, provider := range providersOf(g) {
		if demand := i.DemandOf(g, provider); demand != nil {
			zones = append(zones, i.Pool().ZonesFor(demand)...)
		}
	}
	return zones
}

// providersOf are the names of the capacity providers of a generation; an empty one stands for all
// container instances, where there is no strategy.
func providersOf(g *state.Generation) (names []string) {
	for _, item := range g.Revision.CapacityProviderStrategy {
		names = append(names, aws.ToString(item.CapacityProvider))
	}
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// zones are those that have a place for tasks of a generation, if its kind does not matter.
func zones(tx *store.Tx, s *state.Service, g *state.Generation) (zones []string) {
	if OnInstances(g) {
		return placement.Zones(tx, state.Clusters.Get(tx, s.ClusterARN))
	}
	for _, subnet := range Subnets(tx, arn.ScopeOf(s.ARN), VPCConfiguration(g.Revision).Subnets) {
		zones = append(zones, subnet.Zone)
	}
	return zones
}

// Place finds places for up to n tasks of a generation on container instances. If they are
// fewer, it says why the next one has none.
func (i *Instances) Place(g *state.Generation, n int) (places []state.Placement, without *Lack) {
	pool, demand := i.Pool(), i.Demand(g)
	for len(places) < n {
		place, misses := pool.Place(demand)
		if place.ContainerInstance == "" {
			return places, &Lack{Demand: demand, Misses: misses}
		}
		places = append(places, place)
	}
	return places, nil
}

// Scales reports whether tasks wait for instances of a capacity provider.
func (i *Instances) Scales(provider string) bool {
	return capacityprovider.Providers.Find(i.tx, arn.ScopeOf(i.service.ARN), provider).Awaited()
}

// Waiting is how many tasks of the cluster wait.
func (i *Instances) Waiting() int {
	return state.FindClusterSummary(i.tx, i.service.ClusterARN).Waiting
}

// Draining are the service's tasks on container instances that are DRAINING, by ARN.
func (i *Instances) Draining() map[string]bool {
	if i == nil {
		return nil
	}
	var draining map[string]bool
	for _, instance := range state.DrainingInstances(i.tx, i.service.ClusterARN) {
		for _, t := range state.InstanceTasks(i.tx, instance.ARN) {
			if t.Spec.ServiceARN != i.service.ARN || t.Stop != nil {
				continue
			}
			if draining == nil {
				draining = map[string]bool{}
			}
			draining[t.ARN] = true
		}
	}
	return draining
}

// demandOf is what a task of a generation asks of a container instance. Constraints are
// those that the service has now, not those that it had when the deployment was made: a change
// of them makes no deployment.
func demandOf(tx *store.Tx, s *state.Service, g *state.Generation, provider string, engines *engineroom.Room) *placement.Demand {
	if DefinitionOf(tx, g.Revision) == nil {
		return nil
	}
	where := task.Where{Constraints: s.PlacementConstraints, Strategy: s.PlacementStrategy, CapacityProvider: provider, Engines: engines}
	if vpc := VPCConfiguration(g.Revision); vpc != nil {
		where.Subnets = Subnets(tx, arn.ScopeOf(s.ARN), vpc.Subnets)
	}
	return NewTemplate(tx, s, g, time.Time{}).Demand(where)
}
