package service

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/placement"
)

// inStopOrder sorts by condition, and within one the newest first.
func inStopOrder(tasks []fate) []fate {
	slices.SortStableFunc(tasks, func(a, b fate) int {
		if a.condition != b.condition {
			return int(a.condition) - int(b.condition)
		}
		return b.task.Spec.CreatedAt.Compare(a.task.Spec.CreatedAt)
	})
	return tasks
}

// choose picks n of a deployment's tasks to stop: by condition, then such that what
// remains is spread over capacity providers and zones as the starts were, then the
// newest.
//
// Source: ECS developer guide, service scheduler and capacity provider strategies.
func choose(tasks []fate, n int, strategy []types.CapacityProviderStrategyItem) []fate {
	s := spread{strategy: strategy, byProvider: map[string]int{}, byZone: map[string]int{}}
	for _, t := range tasks {
		s.byProvider[t.task.Placement.CapacityProvider]++
		s.byZone[t.task.Placement.Zone]++
	}
	tasks = inStopOrder(tasks)
	var chosen []fate
	for len(chosen) < n && len(tasks) > 0 {
		end := slices.IndexFunc(tasks, func(t fate) bool { return t.condition != tasks[0].condition })
		if end < 0 {
			end = len(tasks)
		}
		chosen = append(chosen, s.take(tasks[:end], n-len(chosen))...)
		tasks = tasks[end:]
	}
	return chosen
}

// spread counts the tasks that remain of a deployment by where they run.
type spread struct {
	strategy           []types.CapacityProviderStrategyItem
	byProvider, byZone map[string]int
}

type place struct{ provider, zone string }

// take picks up to n of tasks, which are in order, one after the other from the
// place that can best spare one.
func (s *spread) take(tasks []fate, n int) []fate {
	queues := map[place][]fate{}
	var places []place // as first met, which decides ties
	for _, t := range tasks {
		at := place{t.task.Placement.CapacityProvider, t.task.Placement.Zone}
		if queues[at] == nil {
			places = append(places, at)
		}
		queues[at] = append(queues[at], t)
	}
	var taken []fate
	for len(taken) < min(n, len(tasks)) {
		places = slices.DeleteFunc(places, func(at place) bool { return len(queues[at]) == 0 })
		best := places[0]
		for _, at := range places[1:] {
			if s.spares(at, best) {
				best = at
			}
		}
		taken = append(taken, queues[best][0])
		queues[best] = queues[best][1:]
		s.byProvider[best.provider]--
		s.byZone[best.zone]--
	}
	return taken
}

// spares reports whether a task is better taken from a than from b.
func (s *spread) spares(a, b place) bool {
	if a.provider != b.provider {
		return placement.Before(s.strategy, b.provider, s.byProvider[b.provider]-1, a.provider, s.byProvider[a.provider]-1)
	}
	return s.byZone[a.zone] > s.byZone[b.zone]
}
