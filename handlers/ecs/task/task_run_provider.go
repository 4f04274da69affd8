package task

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
func checkProviderInstances(tx *state.Tx, call taskCall, strategy []types.CapacityProviderStrategyItem, pool *placement.Pool) error {
	for _, name := range turns(call, strategy) {
		if !pool.Has(types.LaunchTypeEc2, name) && !state.FindCapacityProvider(tx, call.scope, name).Scales() {
			return errNoProviderInstances
		}
	}
	return nil
}
