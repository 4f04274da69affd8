package fulfil

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// stopPendingOnDraining stops tasks that are not RUNNING yet and whose container instance
// drains. Source: ECS API reference, UpdateContainerInstancesState.
func (e *Executor) stopPendingOnDraining() {
	if len(e.Draining) == 0 {
		return
	}
	for _, g := range e.Generations {
		var chosen []observe.Task
		for _, t := range e.LeavingTasks(g) {
			if t.Condition == observe.Pending && len(chosen) < maxStops {
				chosen = append(chosen, t)
			}
		}
		e.stop(g, chosen, reasonDraining)
		for _, t := range e.LeavingTasks(g) {
			if t.Serves() {
				g.Leaving++
			}
		}
	}
}

// stopLeaving stops tasks that run on container instances that drain, as far as lower
// allows. Their replacements come first where upper has room (missing does not count the
// leaving ones as there).
//
//	D=2, 200/100, one leaves: start 1; when it is healthy, stop the one that leaves.
//	D=2, 100/50,  both leave: stop 1, start 1; when it is healthy, stop the other.
//	D=2, 100/100, one leaves: nothing can move.
//
// Source: ECS API reference, UpdateContainerInstancesState.
func (e *Executor) stopLeaving(in Desired, g Target) {
	if g.Leaving == 0 {
		return
	}
	spare := e.spare(in, g)
	var chosen []observe.Task
	for _, t := range inStopOrder(e.LeavingTasks(g.Generation)) {
		switch {
		case !t.Serves() || len(chosen) == maxStops:
		case t.Condition == observe.Unused, t.Condition == observe.StartingRunning && spare >= 0:
			chosen = append(chosen, t)
		case t.Condition == observe.Healthy && spare > 0:
			chosen = append(chosen, t)
			spare--
		}
	}
	e.stop(g.Generation, chosen, reasonDraining)
}
