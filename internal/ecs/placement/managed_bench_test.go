package placement

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// BenchmarkGoalManagedInstances holds placements on 500 managed instances against placements on 500 container instances.
func BenchmarkGoalManagedInstances(b *testing.B) {
	const instances, rounds, during = 500, 7, 60 * time.Millisecond
	machines, managed := crowd(b, instances, few), crowd(b, instances, few)
	managed.update(b, func(tx *store.Tx) {
		for _, i := range state.ContainerInstances(tx, managed.row) {
			changed := *i
			changed.LaunchType, changed.CapacityProvider = types.LaunchTypeManagedInstances, "mine"
			state.PutContainerInstance(tx, &changed, time.Time{})
		}
	})
	place := func(c *cluster, change func(*Demand)) float64 {
		tx, d := c.Read(), demand(strategy("spread", "attribute:ecs.availability-zone", "binpack", "memory"), change)
		placed, began := 0, time.Now()
		for ; time.Since(began) < during; placed++ {
			if place, _ := NewPool(tx, c.row, NewChance(uint64(placed))).Place(d); place.ContainerInstance == "" {
				b.Fatal("no place")
			}
		}
		return float64(time.Since(began).Nanoseconds()) / float64(placed)
	}
	for b.Loop() {
		var ratios []float64
		for range rounds { // side by side, as the machine is slower at some times than at others
			one := place(managed, func(d *Demand) {
				d.LaunchType, d.CapacityProvider = types.LaunchTypeManagedInstances, "mine"
			})
			ratios = append(ratios, one/place(machines, func(*Demand) {}))
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[rounds/2], "ratio≤1.1")
	}
}
