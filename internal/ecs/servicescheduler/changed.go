package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// changed reports whether a plan changes what the scheduler keeps of a service, whose deployments were old, by id.
func changed(before, after *state.Service, old map[string]*state.Deployment) bool {
	if before.Throttle != after.Throttle || before.Steady != after.Steady || before.Completed != after.Completed ||
		before.Daemons != after.Daemons || before.Rebalancing != after.Rebalancing ||
		!before.InactiveAt.Equal(after.InactiveAt) || len(before.Deployments) != len(after.Deployments) {
		return true
	}
	for _, d := range after.Deployments {
		if old[d.ID] == nil || *old[d.ID] != *d {
			return true
		}
	}
	return false
}
