package main

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/watchload"
)

// measureMetrics takes each figure in a process of its own.
func measureMetrics(_ context.Context, b *bench) error {
	for _, c := range watchload.Cases {
		if !b.wanted("metrics/" + c.Name) {
			continue
		}
		figure, err := ownFigure("watch", c.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		b.report.add(row{name: c.Name, figure: fmt.Sprintf("%.2f%s", figure, c.Unit), held: figure, goal: atMost(c.Limit, c.Unit)})
	}
	return nil
}
