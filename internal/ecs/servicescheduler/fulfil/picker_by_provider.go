package fulfil

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// byProvider picks from the capacity provider that has most beyond its share; of its tasks those that wait
// first, then by the inverse of the service's placement strategy.
func byProvider(i *observe.Instances, d *state.Generation, candidates []observe.Task) picker {
	strategy, count := d.Revision.CapacityProviderStrategy, map[string]int{}
	for _, t := range candidates {
		count[t.Placement.CapacityProvider]++
	}
	return func(tasks []observe.Task, n int) (chosen []observe.Task) {
		of, picked := map[string][]observe.Task{}, map[string]int{}
		var names []string // as first met
		for _, t := range tasks {
			name := t.Placement.CapacityProvider
			if of[name] == nil {
				names = append(names, name)
			}
			of[name] = append(of[name], t)
		}
		for range min(n, len(tasks)) {
			names = slices.DeleteFunc(names, func(name string) bool { return picked[name] == len(of[name]) })
			best := names[0]
			for _, name := range names[1:] {
				if placement.Before(strategy, best, count[best]-1, name, count[name]-1) {
					best = name
				}
			}
			count[best]--
			picked[best]++
		}
		for _, name := range slices.Sorted(maps.Keys(picked)) {
			n := picked[name]
			chosen = append(chosen, pickOf(i, d, name, of[name], n)...)
		}
		return chosen
	}
}

// pickOf picks n tasks of one capacity provider.
func pickOf(i *observe.Instances, d *state.Generation, provider string, tasks []observe.Task, n int) []observe.Task {
	placed := func(t observe.Task) bool { return !t.Waits() }
	sorting.By(tasks, func(a, b observe.Task) int { return sorting.FalseFirst(placed(a), placed(b)) })
	first := slices.IndexFunc(tasks, placed)
	demand := i.DemandOf(d, provider)
	if first < 0 || first >= n || demand == nil {
		return tasks[:n]
	}
	return append(tasks[:first:first], byPlacementStrategy(i.Pool(), demand)(tasks[first:], n-first)...)
}
