package control

import (
	"context"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// MeasureDeliveries adds what rules and schedules bring to their targets.
func MeasureDeliveries(rows *store.Store, c *delivery.Counters) Measure {
	return func(_ context.Context, to *Exposition) {
		counts := c.All()
		sources := slices.Sorted(maps.Keys(counts))
		for _, f := range []struct {
			name, help string
			of         func(delivery.Counts) uint64
		}{
			{"matched", "Deliveries that rules and schedules have made: one for each target.", func(c delivery.Counts) uint64 { return c.Matched }},
			{"sent", "Deliveries that their target has got.", func(c delivery.Counts) uint64 { return c.Sent }},
			{"retried", "Calls of targets that failed, and were to be made again.", func(c delivery.Counts) uint64 { return c.Retried }},
			{"failed", "Deliveries that were given up.", func(c delivery.Counts) uint64 { return c.Failed }},
			{"dead_letters", "Deliveries that were given up and went to a dead-letter queue.", func(c delivery.Counts) uint64 { return c.DeadLetters }},
		} {
			name := "ecs_emulator_deliveries_" + f.name + "_total"
			to.Family("counter", name, f.help)
			for _, source := range sources {
				to.Sample(name, f.of(counts[source]), "source", source)
			}
		}
		to.Family("counter", "ecs_emulator_events_missed_total", "Events of services that were gone before rules of EventBridge were asked.")
		to.Sample("ecs_emulator_events_missed_total", c.AllMissed())
		to.Family("gauge", "ecs_emulator_deliveries_pending", "Calls of targets that are to be made.")
		to.Sample("ecs_emulator_deliveries_pending", len(delivery.Pending(rows.Read())))
	}
}
