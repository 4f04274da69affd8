package task

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

var (
	errNoProviderInstances = kit.InvalidParameter(placement.NoProviderInstances)
	// Source: field reports of clients.
	errWaitingLimit = kit.ClientError("Tasks provisioning capacity limit exceeded.")
)

// turns are the capacity providers of a call's tasks, one after the other: the strategy counts
// within the call. Source: ECS developer guide, capacity provider strategies.
func turns(call taskCall, strategy []types.CapacityProviderStrategyItem) (names []string) {
	count := map[string]int{}
	for range runCount(call.in) {
		name := placement.NextProvider(strategy, count)
		count[name]++
		names = append(names, name)
	}
	return names
}

// checkProviderInstances refuses a call of which a task would go to a capacity provider without
// instances and without managed scaling. Source: field reports of RunTask.
func checkProviderInstances(tx *store.Tx, call taskCall, chosen launch.Capacity, pool *placement.Pool) error {
	for _, name := range turns(call, chosen.Strategy) {
		if !pool.Has(chosen.LaunchType, name) && !capacityprovider.Providers.Find(tx, call.scope, name).Awaited() {
			return errNoProviderInstances
		}
	}
	return nil
}

// addProviderTasks places a call's tasks on the instances of capacity providers and writes them. One
// without a place waits, if its provider has managed scaling or managed instances, and else is a failure: no other provider
// stands in. A call with which more tasks would wait than may makes none.
//
// Source: ECS developer guide, capacity providers and cluster auto scaling; field reports.
func addProviderTasks(tx *store.Tx, quotas quota.Quotas, call taskCall, strategy []types.CapacityProviderStrategyItem, pool *placement.Pool, where task.Where, template *task.Template) (made newTasks, err error) {
	demands := map[string]*placement.Demand{}
	waiting := state.FindClusterSummary(tx, call.cluster.ARN).Waiting
	for _, name := range turns(call, strategy) {
		if demands[name] == nil {
			where.CapacityProvider = name
			demands[name] = template.Demand(where)
		}
		place, misses := pool.Place(demands[name])
		if place.ContainerInstance == "" {
			if !capacityprovider.Providers.Find(tx, call.scope, name).Awaited() {
				made.failOn(misses)
				continue
			}
			if waiting++; !quotas.Allows(quota.ProvisioningTasks, waiting) {
				return newTasks{}, errWaitingLimit
			}
			place = pool.Wait(demands[name], misses)
		}
		made.add(tx, template.New(place))
	}
	return made, nil
}
