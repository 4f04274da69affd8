package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// looksAt reports whether an instance is one of those among which a place is sought: of the demand's
// launch type and capacity provider. Source: ECS developer guide, capacity providers.
func (pl *plan) looksAt(n *node) bool {
	provider := pl.demand.CapacityProvider
	return n.kind == pl.kind && (provider == "" || n.instance.CapacityProvider == provider)
}

// mayFit is what can be said about an instance at a glance. What it denies has a reason,
// which examine finds.
func (p *Pool) mayFit(i int, pl *plan) bool {
	n := &p.nodes[i]
	if !pl.looksAt(n) || pl.fixed[i] != skipped && pl.fixed[i] != fits {
		return false
	}
	return p.room(i, pl) == fits && (!pl.distinct || pl.group.wanted[i] == 0) && !p.elsewhere(n, pl.demand)
}

// examine applies all filters to an instance. To distinctInstance a task does not matter any
// more that has been told to stop: two tasks of a group may run on an instance for a while.
//
// Source: ECS developer guide, task placement constraints.
func (p *Pool) examine(i int, pl *plan) verdict {
	if !pl.looksAt(&p.nodes[i]) {
		return skipped
	}
	fixed := p.judged(i, pl)
	if fixed < noMember {
		return fixed
	}
	if p.elsewhere(&p.nodes[i], pl.demand) {
		return noAttribute
	}
	if v := p.room(i, pl); v != fits {
		return v
	}
	switch {
	case fixed != fits, !p.groupsSatisfy(i, pl):
		return noMember
	case pl.distinct && pl.group.wanted[i] > 0:
		return notDistinct
	}
	return fits
}

// room is what an instance lacks for what a demand reserves.
func (p *Pool) room(i int, pl *plan) verdict {
	n, r := &p.nodes[i], pl.demand.Reserved
	switch {
	case r == nil:
		return fits
	case int(n.cpu) < r.CPU:
		return noCPU
	case int(n.memory) < r.Memory:
		return noMemory
	case !p.portsFree(i, pl):
		return noPort
	case r.ENI && n.enis < 1:
		return noENI
	case int(n.gpus) < r.GPUs:
		return noGPU
	}
	return fits
}

// groupsSatisfy asks the constraints that look at groups of tasks.
func (p *Pool) groupsSatisfy(i int, pl *plan) bool {
	n := &p.nodes[i]
	return len(pl.onGroups) == 0 || pl.groupsAllow(n.instance, n.usage.Running, nodeGroups{p, i})
}

func (pl *plan) groupsAllow(c *state.ContainerInstance, running int, groups query.Groups) bool {
	subject := query.Subject{Instance: c, Running: running, Groups: groups}
	return !slices.ContainsFunc(pl.onGroups, func(e *query.Expression) bool { return !e.Match(&subject) })
}
