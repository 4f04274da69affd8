package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// withStart adds a start to the starts of its zone.
func withStart(starts []verb.StartTasks, deployment, zone string, place state.Placement) []verb.StartTasks {
	at := slices.IndexFunc(starts, func(s verb.StartTasks) bool { return s.Zone == zone })
	if at < 0 {
		at, starts = len(starts), append(starts, verb.StartTasks{DeploymentID: deployment, Zone: zone})
	}
	if starts[at].N++; place.ContainerInstance != "" {
		starts[at].Places = append(starts[at].Places, place)
	}
	return starts
}
