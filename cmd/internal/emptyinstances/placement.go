package emptyinstances

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// PlacementTime is how many nanoseconds a placement takes, of as many as there is time for.
func PlacementTime(tx *store.Tx, cluster *state.Cluster, during time.Duration) float64 {
	placed, began := 0, time.Now()
	for ; time.Since(began) < during; placed++ {
		pool := placement.NewPool(tx, cluster, placement.NewChance(uint64(placed)))
		if place, _ := pool.Place(Demand()); place.ContainerInstance == "" {
			panic("no place for a task on an empty container instance")
		}
	}
	return float64(time.Since(began)) / float64(placed)
}
