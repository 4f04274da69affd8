package control

import (
	"context"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// MeasureAccess adds what was decided about callers.
func MeasureAccess(decisions *decision.Log) Measure {
	const name = "ecs_emulator_access_decisions_total"
	return func(_ context.Context, to *Exposition) {
		counts := decisions.Counts()
		to.Family("counter", name, "Decisions about what callers may do; without --iam=enforce a denied call goes on.")
		for _, call := range sorting.Sorted(maps.Keys(counts), decision.Call.Compare) {
			to.Sample(name, counts[call].Allowed, "decision", decision.Allowed, "operation", call.Operation, "service", call.Service)
			to.Sample(name, counts[call].Denied, "decision", decision.Denied, "operation", call.Operation, "service", call.Service)
		}
	}
}
