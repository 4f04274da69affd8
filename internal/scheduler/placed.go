package scheduler

import "github.com/ecs-emulator/ecs-emulator/internal/state"

// onProviders counts the tasks of a deployment by capacity provider.
func onProviders(s *state.ServiceSummary, d *state.Deployment) map[string]int {
	count := map[string]int{}
	for _, placed := range s.Placed {
		if placed.DeploymentID == d.ID {
			count[placed.CapacityProvider] += placed.Active
		}
	}
	return count
}
