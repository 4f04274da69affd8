package main

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/eventload"
)

// measureEvents takes each figure in a process of its own.
func measureEvents(_ context.Context, b *bench) error {
	for _, c := range eventload.Cases {
		if !b.wanted("events/" + c.Name) {
			continue
		}
		figure, err := ownFigure("events", c.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		b.report.add(row{name: c.Name, figure: fmt.Sprintf("%.2f%s", figure, c.Unit), ratio: figure, held: figure, goal: goal{c.Limit, c.AtLeast, c.Unit}})
	}
	return nil
}
