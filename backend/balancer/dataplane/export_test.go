package dataplane

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Outstanding is how many requests are on their way to a target.
func (b *Balancer) Outstanding(group, id string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.groups[group].Targets[id].Outstanding.Load()
}

// Used tells whether a group's targets are checked, as far as that depends on listeners.
func (b *Balancer) Used(group string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.groups[group].Used
}

// Versions are those of the pieces in place.
func (b *Balancer) Versions() map[balancer.Key]int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.versions)
}

// Health is what is known of all targets that do not drain.
func (b *Balancer) Health() []balancer.Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []balancer.Health
	for _, g := range b.groups {
		for _, t := range g.Targets {
			if !t.Config.Draining {
				list = append(list, t.Report())
			}
		}
	}
	slices.SortFunc(list, func(a, b balancer.Health) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Target, b.Target))
	})
	return list
}

// SetMostFlows sets the bound of flows until what it returns is called.
func SetMostFlows(n int) func() {
	before := mostFlows
	mostFlows = n
	return func() { mostFlows = before }
}

// SetMostClients and SetMostHeads set bounds of clients until what they return is called.
func SetMostClients(n int) func() {
	before := mostClients
	mostClients = n
	return func() { mostClients = before }
}

func SetMostHeads(n int64) func() {
	before := mostHeads
	mostHeads = n
	return func() { mostHeads = before }
}
