package observe

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Generations are those of a service, in the order of its deployments.
func Generations(s *state.Service) (all []*state.Generation) {
	for _, d := range s.Deployments {
		all = append(all, &d.Generation)
	}
	return all
}

// GenerationOf is the one of a service with an id.
func GenerationOf(s *state.Service, id string) *state.Generation {
	all := Generations(s)
	return all[slices.IndexFunc(all, func(g *state.Generation) bool { return g.ID == id })]
}
