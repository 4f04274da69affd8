package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// picker picks up to n of tasks that are in order and fare alike, such that what remains
// is as the starts were to have it.
type picker func(tasks []observe.Task, n int) []observe.Task

// byPlacementStrategy picks by the inverse of the service's placement strategy.
func byPlacementStrategy(pool *placement.Pool, demand *placement.Demand) picker {
	return func(tasks []observe.Task, n int) (chosen []observe.Task) {
		rows, candidates := make([]*state.Task, len(tasks)), map[*state.Task]observe.Task{}
		for i, t := range tasks {
			rows[i], candidates[t.Task] = t.Task, t
		}
		for _, row := range pool.ToStop(demand, rows, n) {
			chosen = append(chosen, candidates[row])
		}
		return chosen
	}
}

// pickerOf is the picker of a generation, for one choice among its candidates.
func pickerOf(i *observe.Instances, d *state.Generation, candidates []observe.Task) picker {
	if observe.OnInstances(d) && len(d.Revision.CapacityProviderStrategy) > 0 {
		return byProvider(i, d, candidates)
	}
	if observe.OnInstances(d) {
		if demand := i.Demand(d); demand != nil {
			return byPlacementStrategy(i.Pool(), demand)
		}
	}
	s := spread{strategy: d.Revision.CapacityProviderStrategy, byProvider: map[string]int{}, byZone: map[string]int{}}
	for _, t := range candidates {
		s.byProvider[t.Placement.CapacityProvider]++
		s.byZone[t.Placement.Zone]++
	}
	return s.take
}

// spread counts the tasks that remain of a deployment by where they run.
type spread struct {
	strategy           []types.CapacityProviderStrategyItem
	byProvider, byZone map[string]int
}

type place struct{ provider, zone string }

// take picks up to n of tasks, which are in order, one after the other from the
// place that can best spare one.
func (s *spread) take(tasks []observe.Task, n int) []observe.Task {
	queues := map[place][]observe.Task{}
	var places []place // as first met, which decides ties
	for _, t := range tasks {
		at := place{t.Placement.CapacityProvider, t.Placement.Zone}
		if queues[at] == nil {
			places = append(places, at)
		}
		queues[at] = append(queues[at], t)
	}
	var taken []observe.Task
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
