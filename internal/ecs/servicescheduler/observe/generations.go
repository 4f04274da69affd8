package observe

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// GenerationOf is the generation of a service with an id.
func GenerationOf(tx *store.Tx, s *state.Service, id string) *state.Generation {
	all := taskset.Generations(tx, s)
	return all[slices.IndexFunc(all, func(g *state.Generation) bool { return g.ID == id })]
}
