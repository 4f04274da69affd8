package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ToStop picks n of a group's tasks to stop, by the inverse of its strategy: where most
// tasks are, or where most remains. Ties go to the first of tasks; those that are on no
// container instance of the cluster are left out. What they have is not free yet.
//
// Source: ECS developer guide, task placement strategies and service scheduler.
func (p *Pool) ToStop(d *Demand, tasks []*state.Task, n int) []*state.Task {
	pl := p.plan(d)
	nodes := make([]int32, len(tasks))
	var rest, chosen []int // in tasks
	for k, t := range tasks {
		if i, found := p.find(t.Placement.ContainerInstance); found {
			nodes[k] = int32(i)
			rest = append(rest, k)
		}
	}
	for len(chosen) < n && len(rest) > 0 {
		best := slices.Clone(rest)
		for _, s := range pl.strategy {
			rank := p.ranks(s, pl.group)
			best = smallest(best, func(k int) int { return -rank(nodes[k]) })
		}
		k := best[0]
		chosen = append(chosen, k)
		rest = slices.DeleteFunc(rest, func(other int) bool { return other == k })
		pl.group.remove(int(nodes[k]))
		p.nodes[nodes[k]].give(tasks[k].Spec.Reserved, +1)
	}
	stopped := make([]*state.Task, len(chosen))
	for i, k := range chosen {
		stopped[i] = tasks[k]
		p.nodes[nodes[k]].give(tasks[k].Spec.Reserved, -1)
	}
	return stopped
}

// give counts what a task would give back, or with n = -1 not.
func (n *node) give(r *state.Reservation, times int) {
	if r != nil {
		n.cpu += int32(times * r.CPU)
		n.memory += int32(times * r.Memory)
	}
}
