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
		measureRefusals(decisions.Refusals(), to)
	}
}

// measureRefusals adds requests about which there was no decision.
func measureRefusals(refusals map[decision.Call]uint64, to *Exposition) {
	if len(refusals) == 0 {
		return
	}
	const name = "ecs_emulator_access_refusals_total"
	to.Family("counter", name, "Requests that are refused for their signature, keys or web identity; without --iam=enforce they go on.")
	for _, call := range sorting.Sorted(maps.Keys(refusals), decision.Call.Compare) {
		to.Sample(name, refusals[call], "operation", call.Operation, "service", call.Service)
	}
}
