package servicescheduler

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// tasksOnFargate counts the tasks that a plan starts there, by capacity provider. Those that rebalancing
// starts have no place yet, and count as the first of the strategy.
func tasksOnFargate(tx *store.Tx, s *state.Service, verbs []verb.Verb) map[string]int {
	count := map[string]int{}
	for _, v := range verbs {
		start, is := v.(verb.StartTasks)
		if !is {
			continue
		}
		g := observe.GenerationOf(tx, s, start.DeploymentID)
		if observe.OnInstances(g) {
			continue
		}
		for _, place := range start.Places {
			count[place.CapacityProvider]++
		}
		if strategy := g.Revision.CapacityProviderStrategy; start.Places == nil {
			first := ""
			if len(strategy) > 0 {
				first = aws.ToString(strategy[0].CapacityProvider)
			}
			count[first] += start.N
		}
	}
	return count
}
