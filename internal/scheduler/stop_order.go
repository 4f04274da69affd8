package scheduler

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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

func (p *planner) condition(g *generation, t *state.Task) condition {
	switch {
	case t.Status.LastStatus != state.Running:
		return pending
	case !g.checked && p.now.Before(healthyFrom(t.Status.StartedAt)):
		return startingRunning
	case !g.checked || t.Health() == types.HealthStatusHealthy:
		return healthy
	case t.Health() == types.HealthStatusUnhealthy && !p.now.Before(p.graceEnd(t)):
		return unhealthy
	case t.Unused():
		return unused
	default:
		return startingRunning
	}
}

// inStopOrder sorts by condition, and within one those first that have to leave their
// container instance, then the newest.
func inStopOrder(tasks []stopCandidate) []stopCandidate {
	slices.SortStableFunc(tasks, func(a, b stopCandidate) int {
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

// picker picks up to n of tasks that are in order and fare alike, such that what remains
// is as the starts were to have it.
type picker func(tasks []stopCandidate, n int) []stopCandidate

// picker is that of a generation, for one choice among its candidates.
func (p *planner) picker(g target, candidates []stopCandidate) picker {
	if onInstances(g.deployment) {
		if demand := p.in.Instances.Demand(g.deployment); demand != nil {
			return byPlacementStrategy(p.in.Instances.Pool(), demand)
		}
	}
	s := spread{strategy: g.deployment.Revision.CapacityProviderStrategy, byProvider: map[string]int{}, byZone: map[string]int{}}
	for _, t := range candidates {
		s.byProvider[t.task.Placement.CapacityProvider]++
		s.byZone[t.task.Placement.Zone]++
	}
	return s.take
}

// byPlacementStrategy picks by the inverse of the service's placement strategy.
func byPlacementStrategy(pool *placement.Pool, demand *placement.Demand) picker {
	return func(tasks []stopCandidate, n int) (chosen []stopCandidate) {
		rows, candidates := make([]*state.Task, len(tasks)), map[*state.Task]stopCandidate{}
		for i, t := range tasks {
			rows[i], candidates[t.task] = t.task, t
		}
		for _, row := range pool.ToStop(demand, rows, n) {
			chosen = append(chosen, candidates[row])
		}
		return chosen
	}
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

// spread counts the tasks that remain of a deployment by where they run.
type spread struct {
	strategy           []types.CapacityProviderStrategyItem
	byProvider, byZone map[string]int
}

type place struct{ provider, zone string }

// take picks up to n of tasks, which are in order, one after the other from the
// place that can best spare one.
func (s *spread) take(tasks []stopCandidate, n int) []stopCandidate {
	queues := map[place][]stopCandidate{}
	var places []place // as first met, which decides ties
	for _, t := range tasks {
		at := place{t.task.Placement.CapacityProvider, t.task.Placement.Zone}
		if queues[at] == nil {
			places = append(places, at)
		}
		queues[at] = append(queues[at], t)
	}
	var taken []stopCandidate
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
