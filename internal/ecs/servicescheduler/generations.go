package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func (p *planner) generation(d *state.Deployment) *generation {
	g := &generation{deployment: d, counts: p.in.Summary.Of(d.ID), definition: p.in.Definitions[d.ID]}
	g.checked = len(d.Revision.LoadBalancers) > 0 || g.definition != nil && hasEssentialCheck(g.definition)
	if g.checked {
		g.healthy = g.counts.Healthy
		if g.counts.Unhealthy > 0 {
			g.unhealthy = g.counts.Unhealthy - p.inGrace(g)
		}
	} else {
		g.healthy = g.counts.ActiveRunning - p.young(g)
	}
	if len(d.Revision.LoadBalancers) > 0 && g.counts.ActiveRunning > g.healthy+g.unhealthy {
		g.unused = p.countUnused(g)
	}
	g.starting = g.counts.Active - g.healthy - g.unhealthy - g.unused
	g.startingRunning = g.counts.ActiveRunning - g.healthy - g.unhealthy - g.unused
	return g
}

func (p *planner) countUnused(g *generation) (n int) {
	for _, t := range p.in.Tasks(g.deployment.ID) {
		if t.Stop == nil && p.condition(g, t) == unused {
			n++
		}
	}
	return n
}

// all is every deployment that is listed.
func (p *planner) all() []*generation { return append([]*generation{p.primary}, p.older...) }

func (p *planner) sum(of func(*generation) int) int {
	n := 0
	for _, g := range p.all() {
		n += of(g)
	}
	return n
}

func (p *planner) healthy() int  { return p.sum(func(g *generation) int { return g.healthy }) }
func (p *planner) starting() int { return p.sum(func(g *generation) int { return g.starting }) }
func (p *planner) active() int   { return p.sum(func(g *generation) int { return g.counts.Active }) }

// present is what maximumPercent limits: tasks that have not STOPPED, even if they have been
// told to (ECS0092). The API reference speaks of PENDING and RUNNING alone.
func (p *planner) present() int {
	return p.sum(func(g *generation) int { return g.counts.Left })
}

// tasks lists the tasks of a deployment that have not been told to stop, not by
// the plan either.
func (p *planner) tasks(g *generation) []stopCandidate {
	var list []stopCandidate
	for _, t := range p.in.Tasks(g.deployment.ID) {
		if t.Stop == nil && !t.Ended() && !p.stopping[t.ARN] {
			list = append(list, stopCandidate{t, p.condition(g, t), p.draining[t.ARN], p.protects(t)})
		}
	}
	return list
}
