package placement

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/state"

// Daemons returns the container instances that shall have one task of a DAEMON service,
// also those of which nothing is free. Constraints that look at tasks mean those of others: a daemon
// that got in its own way would be stopped and started for ever.
func (p *Pool) Daemons(d *Demand) []*state.ContainerInstance {
	plan := p.plan(d)
	own := p.ownRunning(plan)
	var list []*state.ContainerInstance
	for i := range p.nodes {
		if p.shallHaveDaemon(i, plan, own) {
			list = append(list, p.nodes[i].instance)
		}
	}
	return list
}

// ReserveDaemons takes what the tasks will need that a DAEMON service lacks. A task that
// has yet to stop still has its own.
func (p *Pool) ReserveDaemons(d *Demand) {
	plan := p.plan(d)
	own := p.ownRunning(plan)
	for i := range p.nodes {
		if plan.group.left[i] == 0 && p.shallHaveDaemon(i, plan, own) && p.examine(i, plan) == fits {
			p.take(i, plan)
		}
	}
}

func (p *Pool) shallHaveDaemon(i int, plan *plan, own map[string]int) bool {
	return plan.looksAt(&p.nodes[i]) && p.judged(i, plan) >= noMember && p.allowsDaemon(i, plan, own)
}

// ownRunning counts the tasks of a demand's group by container instance, for constraints.
func (p *Pool) ownRunning(pl *plan) map[string]int {
	if len(pl.onInstance)+len(pl.onGroups) == 0 {
		return nil
	}
	own := map[string]int{}
	for _, t := range state.GroupTasks(p.tx, p.cluster.ARN, pl.demand.Group) {
		if t.Stop == nil && t.Status.LastStatus == state.Running {
			own[t.Placement.ContainerInstance]++
		}
	}
	return own
}

// allowsDaemon asks the constraints.
func (p *Pool) allowsDaemon(i int, pl *plan, own map[string]int) bool {
	c, running := p.nodes[i].instance, p.nodes[i].usage.Running
	if len(own) > 0 {
		running -= own[c.ARN]
	}
	return !pl.unreadable && pl.allows(c, running) &&
		(len(pl.onGroups) == 0 || pl.groupsAllow(c, running, groupsOfOthers{nodeGroups{p, i}, pl.demand.Group}))
}

// groupsOfOthers are the groups of the tasks on an instance but one.
type groupsOfOthers struct {
	all nodeGroups
	own string
}

func (g groupsOfOthers) Has(group string) bool { return group != g.own && g.all.Has(group) }

func (g groupsOfOthers) Any(wanted func(group string) bool) bool {
	return g.all.Any(func(group string) bool { return group != g.own && wanted(group) })
}
