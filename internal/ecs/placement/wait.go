package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Reasons of tasks that wait for a capacity provider of which there is no instance, or none that is
// ACTIVE. Source: ECS developer guide, stopped task error messages.
const (
	EmptyProvider     = "EMPTY CAPACITY PROVIDER"
	NoActiveInstances = "NO ACTIVE INSTANCES"
)

// Wait is the placement of a task for which no instance of its capacity provider has room, as Place
// has just found.
func (p *Pool) Wait(d *Demand, misses []Miss) state.Placement {
	w := &state.Waiting{Constraints: slices.Clone(d.Constraints), Strategy: slices.Clone(d.Strategy), Reason: p.Why(d, misses)}
	for _, s := range d.Subnets {
		w.Subnets = append(w.Subnets, s.ID)
	}
	return state.Placement{CapacityProvider: d.CapacityProvider, Waiting: w}
}

// Why is the reason of a task on a capacity provider that has no place: that of the instance which
// comes closest.
func (p *Pool) Why(d *Demand, misses []Miss) string {
	if closest, found := Closest(misses); found {
		return closest.Reason
	}
	if slices.ContainsFunc(p.nodes, func(n node) bool {
		return n.instance.Status == state.InstanceDraining && n.instance.CapacityProvider == d.CapacityProvider
	}) {
		return NoActiveInstances
	}
	return EmptyProvider
}

// AsksForGroups reports whether a task that is placed may give a place to one of the demand: its
// constraints look at which groups of tasks an instance has.
func (d *Demand) AsksForGroups() bool { return len(d.compile().onGroups) > 0 }
