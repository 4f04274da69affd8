package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/waitingtasks"
)

// measureWaiting is what tasks cost that wait for container instances.
func measureWaiting(ctx context.Context, b *bench) error {
	for _, c := range []struct {
		name string
		most float64 // milliseconds
		run  func() (time.Duration, error)
	}{
		{"2000 waiting tasks to RUNNING on 100 new instances", 3000, func() (time.Duration, error) { return waitingtasks.Run(ctx, 2000) }},
		{"instances estimated for 500 waiting tasks", 5, func() (time.Duration, error) { return waitingtasks.Estimate(500), nil }},
	} {
		if !b.wanted("instances/" + c.name) {
			continue
		}
		var took []float64
		for range b.rounds {
			one, err := c.run()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			took = append(took, milliseconds(one))
		}
		b.report.add(row{name: c.name, figure: fmt.Sprintf("%.1f ms", median(took)), held: median(took), goal: atMost(c.most, " ms")})
	}
	return nil
}
