package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
)

// inStopOrder sorts by condition, and within one those first that have to leave their
// container instance, then the newest.
func inStopOrder(tasks []observe.Task) []observe.Task {
	sorting.By(tasks, func(a, b observe.Task) int {
		if a.Condition != b.Condition {
			return int(a.Condition) - int(b.Condition)
		}
		if a.Leaving != b.Leaving {
			return sorting.FalseFirst(b.Leaving, a.Leaving)
		}
		return b.Spec.CreatedAt.Compare(a.Spec.CreatedAt)
	})
	return tasks
}

// byReason gathers tasks that fail the same checks, in their order.
func byReason(tasks []observe.Task) (groups [][]observe.Task) {
	at := map[reason]int{}
	for _, t := range tasks {
		why := reasonUnhealthy(t.Task)
		if _, known := at[why]; !known {
			at[why] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[why]] = append(groups[at[why]], t)
	}
	return groups
}

// choose picks n of a generation's tasks to stop: by condition, then as the picker does,
// then the newest.
//
// Source: ECS developer guide, service scheduler, task placement strategies and capacity
// provider strategies.
func choose(tasks []observe.Task, n int, pick picker) []observe.Task {
	tasks = inStopOrder(tasks)
	var chosen []observe.Task
	for len(chosen) < n && len(tasks) > 0 {
		end := slices.IndexFunc(tasks, func(t observe.Task) bool { return t.Condition != tasks[0].Condition })
		if end < 0 {
			end = len(tasks)
		}
		chosen = append(chosen, pick(tasks[:end], n-len(chosen))...)
		tasks = tasks[end:]
	}
	return chosen
}
