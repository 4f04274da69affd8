package fulfil

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// onProviders counts the tasks of a generation by capacity provider.
func onProviders(s *state.ServiceSummary, d *state.Generation) map[string]int {
	count := map[string]int{}
	for _, placed := range s.Placed {
		if placed.DeploymentID == d.ID {
			count[placed.CapacityProvider] += placed.Active
		}
	}
	return count
}

// inZones counts the tasks of a generation by zone.
func inZones(s *state.ServiceSummary, d *state.Generation) map[string]int {
	zones := map[string]int{}
	for _, c := range s.Placed {
		if c.DeploymentID == d.ID && c.Zone != "" {
			zones[c.Zone] += c.Active
		}
	}
	return zones
}
