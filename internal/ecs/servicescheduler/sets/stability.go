package sets

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// settle finds out which task sets are steady, and tells of each that becomes so. The service is steady while it has task sets
// and all of them are; it says so again every six hours.
//
// Source: ECS developer guide, service action events, for TASKSET_STEADY_STATE; when a service with task sets is
// steady is the emulator's choice.
func settle(v *observe.View, in fulfil.Desired) {
	all := len(in.Targets) > 0
	for _, g := range v.Generations {
		steady := slices.ContainsFunc(in.Targets, func(t fulfil.Target) bool { return t.Generation == g && reached(v, t) })
		if stabilise(v, g.Set, steady) {
			v.Plan.Say(event.TaskSetSteady{TaskSet: g.Of.ID})
		}
		all = all && steady
	}
	switch {
	case all && v.Service.Steady:
		v.Plan.SayUnlessSaid(event.SteadyState{})
	case all:
		v.Plan.SayAnyway(event.SteadyState{})
	}
	v.Service.Steady = all
}

// reached reports whether a task set has what its scale asks for (ECS0334.1, ECS0335): all tasks RUNNING, none on a container instance that
// drains, and all health checks good.
func reached(v *observe.View, g fulfil.Target) bool {
	counts, good := g.Counts, g.Healthy
	if !g.Checked {
		good = counts.ActiveRunning
	}
	return g.Wanted == share(v, g.Set) && good == g.Wanted && counts.Active == g.Wanted && counts.Running == g.Wanted &&
		counts.Pending == 0 && g.Leaving == 0
}

// stabilise keeps whether a task set is steady, and since when; it reports whether it has become so. What has been asked for
// since it was steady is yet to be reached, without a word of the scheduler (ECS0331.3).
func stabilise(v *observe.View, t *taskset.TaskSet, steady bool) (became bool) {
	status, since := t.StabilityStatus()
	if shown := status == types.StabilityStatusSteadyState; steady == shown {
		return false
	}
	at := v.Now
	if at.Before(since) { // the clock was set back
		at = since
	}
	t.Stability = taskset.Stability{Steady: steady, At: at}
	return steady
}
