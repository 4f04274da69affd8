package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// condition is how a task counts, in the order in which tasks are stopped first.
type condition int

const (
	pending         condition = iota // not yet RUNNING
	unhealthy                        // fails its health check
	unused                           // RUNNING, and cannot become healthy: a target is not in use
	startingRunning                  // RUNNING, yet to count as healthy
	healthy
)

// stopCandidate is a task that may be stopped.
type stopCandidate struct {
	task      *state.Task
	condition condition
	leaving   bool // its container instance drains
	protected bool // from scale-in and deployments
}

// serves reports whether a task runs and fails no check.
func (f stopCandidate) serves() bool { return f.condition > unhealthy }

// inStopOrder sorts by condition, and within one those first that have to leave their
// container instance, then the newest.
func inStopOrder(tasks []stopCandidate) []stopCandidate {
	sorting.By(tasks, func(a, b stopCandidate) int {
		if a.condition != b.condition {
			return int(a.condition) - int(b.condition)
		}
		if a.leaving != b.leaving {
			return count(b.leaving) - count(a.leaving)
		}
		return b.task.Spec.CreatedAt.Compare(a.task.Spec.CreatedAt)
	})
	return tasks
}

// byReason gathers tasks that fail the same checks, in their order.
func byReason(tasks []stopCandidate) (groups [][]stopCandidate) {
	at := map[string]int{}
	for _, t := range tasks {
		reason := reasonUnhealthy(t.task)
		if _, known := at[reason]; !known {
			at[reason] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[reason]] = append(groups[at[reason]], t)
	}
	return groups
}

// choose picks n of a deployment's tasks to stop: by condition, then as the picker does,
// then the newest.
//
// Source: ECS developer guide, service scheduler, task placement strategies and capacity
// provider strategies.
func choose(tasks []stopCandidate, n int, pick picker) []stopCandidate {
	tasks = inStopOrder(tasks)
	var chosen []stopCandidate
	for len(chosen) < n && len(tasks) > 0 {
		end := slices.IndexFunc(tasks, func(t stopCandidate) bool { return t.condition != tasks[0].condition })
		if end < 0 {
			end = len(tasks)
		}
		chosen = append(chosen, pick(tasks[:end], n-len(chosen))...)
		tasks = tasks[end:]
	}
	return chosen
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
