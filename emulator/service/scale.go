package service

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// scaleIn stops the tasks that the PRIMARY deployment has too many of: those not
// yet RUNNING first, then those that do not serve yet, then of the capacity
// provider and of the zone with the most tasks the newest. Older deployments give
// theirs before (stopOlder).
//
//	D 4 → 2 with 3 healthy + 1 pending: the pending one and a healthy one stop.
//	D 5 → 2 with zones a,a,a,b,b: a, then a or b, then the other: a and b remain.
//
// A PRIMARY deployment that failed wants no tasks, but keeps those that serve until
// the service itself has too many.
//
// Source: ECS developer guide, service scheduler.
func (p *planner) scaleIn() {
	if failed(p.primary) {
		p.stopFailed()
		return
	}
	g := p.primary
	surplus := g.healthy + g.starting - g.deployment.DesiredCount
	if surplus <= 0 {
		return
	}
	candidates := slices.DeleteFunc(p.tasks(g), func(t fate) bool { return t.condition == unhealthy })
	p.stop(g, choose(candidates, min(surplus, maxStops), g.deployment.Revision.CapacityProviderStrategy), reasonScaling(g.deployment.ID))
}

// stopFailed stops what a failed PRIMARY deployment has not brought to RUNNING. If
// there are still too many tasks, those that do not serve stop first, of this
// deployment before older ones.
func (p *planner) stopFailed() {
	if g := p.primary; g.starting > g.startingRunning {
		chosen := slices.DeleteFunc(p.tasks(g), func(t fate) bool { return t.condition != pending })
		p.stop(g, chosen[:min(len(chosen), maxStops)], reasonScaling(g.deployment.ID))
	}
	for _, serving := range []bool{false, true} {
		for _, g := range p.all() {
			surplus := p.active() - p.desired()
			if surplus <= 0 || !serving && g.counts.Active == g.healthy {
				continue
			}
			candidates := slices.DeleteFunc(p.tasks(g), func(t fate) bool {
				return !serving && t.condition == healthy
			})
			p.stop(g, choose(candidates, min(surplus, maxStops), g.deployment.Revision.CapacityProviderStrategy), reasonScaling(g.deployment.ID))
		}
	}
}

// stop puts the end of tasks and its announcement into the plan. ECS counts those
// that ran and those that did not apart.
func (p *planner) stop(g *generation, tasks []fate, reason string) {
	if len(tasks) == 0 {
		return
	}
	verb := StopTasks{Reason: reason}
	var running []string
	for _, t := range tasks {
		p.stopping[t.task.ARN] = true
		verb.Tasks = append(verb.Tasks, t.task.ARN)
		if t.task.Status.LastStatus == state.Running {
			running = append(running, arn.Name(t.task.ARN))
		}
	}
	p.do(verb)
	for batch := range slices.Chunk(running, batchSize) {
		p.say(stoppedRunning(p.service.Name, batch))
	}
	if n := len(tasks) - len(running); n > 0 {
		p.say(stoppedPending(p.service.Name, n))
	}
	g.deployment.UpdatedAt = p.now
	g.stopped(tasks)
}
