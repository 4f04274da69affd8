package main

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/emptyinstances"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// measurePlacement places one task at a time, each in a pool made of the store's rows, as
// RunTask does, among ten container instances and among more and more. What a placement
// costs beside its look at the instances shows with the ten.
func measurePlacement(b *bench) error {
	const few = 10
	base := 0.0 // what a placement costs among few
	for _, n := range []int{few, 100, 1000, 10_000} {
		name := fmt.Sprintf("one placement among %d instances", n)
		if !b.wanted("instances/" + name) {
			continue
		}
		tx, cluster, err := emptyinstances.Cluster(n)
		if err != nil {
			return err
		}
		took := median(b.placementTimes(tx, cluster))
		line := row{name: name, figure: fmt.Sprintf("%.0f µs", took/1000)}
		if n > few {
			line.held = (took - base) / float64(n-few)
			line.figure += fmt.Sprintf(", %.0f ns each", line.held)
			line.goal = atMost(100, " ns")
		} else {
			base = took
		}
		b.report.add(line)
	}
	return nil
}

// placementTimes is how many nanoseconds a placement takes, by round.
func (b *bench) placementTimes(tx *store.Tx, cluster *state.Cluster) (took []float64) {
	for range b.rounds {
		took = append(took, emptyinstances.PlacementTime(tx, cluster, b.burst))
	}
	return took
}
