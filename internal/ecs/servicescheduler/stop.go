package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// stopReplaced stops tasks of a generation that another one replaces. Those that are not
// RUNNING, failed their health checks or cannot become healthy are free; the others must leave
// lower healthy ones.
//
//	D=2, 100/50, targets of both old ones not in use: stop 2; start 2.
//
// That a task whose target is not in use goes first is the emulator's choice: the service is told
// that it is unhealthy, and what ECS does with it in a deployment is not published.
func (p *planner) stopReplaced(in desired, g target) {
	surplus := g.counts.Active - g.wanted
	if surplus <= 0 {
		return
	}
	spare := p.spare(in, g)
	free := g.unhealthy + g.unused + g.starting - g.startingRunning
	if free == 0 && (spare < 0 || spare == 0 && g.startingRunning == 0) {
		return
	}
	var chosen []stopCandidate
	for _, t := range p.sparing(g.generation, inStopOrder(p.tasks(g.generation))) {
		switch {
		case len(chosen) == min(maxStops, surplus):
		case t.condition <= unused, t.condition == startingRunning && spare >= 0:
			chosen = append(chosen, t)
		case t.condition == healthy && spare > 0:
			chosen = append(chosen, t)
			spare--
		}
	}
	p.stop(g.generation, chosen, reasonScaling(g.deployment.ID))
}

// stopSurplus stops the tasks that a generation has too many of: those not yet RUNNING
// first, then those that do not serve yet, then of the capacity provider and of the zone
// with the most tasks the newest.
//
//	D 4 → 2 with 3 healthy + 1 pending: the pending one and a healthy one stop.
//	D 5 → 2 with zones a,a,a,b,b: a, then a or b, then the other: a and b remain.
//
// Source: ECS developer guide, service scheduler.
func (p *planner) stopSurplus(g target) {
	surplus := g.healthy + g.unused + g.starting - g.leaving - g.wanted - g.extra
	if surplus <= 0 {
		return
	}
	candidates := slices.DeleteFunc(p.tasks(g.generation), func(t stopCandidate) bool { return t.condition == unhealthy || t.leaving })
	before := p.spared
	candidates = p.sparing(g.generation, candidates)
	if surplus <= len(candidates) {
		p.spared = before // nothing is missed
	}
	p.stopSome(g, candidates, surplus)
}

// stopSpare stops what the newest of the generations that keep what serves has not
// brought to RUNNING. If the service still has too many tasks, those that do not serve
// stop first, of newer generations before older ones, and those without traffic before all others.
func (p *planner) stopSpare(in desired) {
	keeping := slices.DeleteFunc(slices.Clone(in.targets), func(g target) bool { return g.drain != whenSpare })
	if len(keeping) == 0 {
		return
	}
	if g := keeping[0]; g.starting > g.startingRunning {
		chosen := p.sparing(g.generation, slices.DeleteFunc(p.tasks(g.generation), func(t stopCandidate) bool { return t.condition != pending }))
		p.stop(g.generation, chosen[:min(len(chosen), maxStops)], reasonScaling(g.deployment.ID))
	}
	sorting.By(keeping, func(a, b target) int { return count(b.idle) - count(a.idle) })
	for _, serving := range []bool{false, true} {
		for _, g := range keeping {
			surplus := p.active() - p.desiredCount()
			if surplus <= 0 || !serving && g.counts.Active == g.healthy {
				continue
			}
			p.stopSome(g, p.sparing(g.generation, slices.DeleteFunc(p.tasks(g.generation), func(t stopCandidate) bool {
				return !serving && t.condition == healthy
			})), surplus)
		}
	}
}

// stopSome stops up to n of the candidates, such that the rest is spread.
func (p *planner) stopSome(g target, candidates []stopCandidate, n int) {
	chosen := choose(candidates, min(n, maxStops), pickerOf(p.in.Instances, g.deployment, candidates))
	p.stop(g.generation, chosen, reasonScaling(g.deployment.ID))
}

// stop puts the end of tasks and its announcement into the plan. ECS counts those
// that ran and those that did not apart.
func (p *planner) stop(g *generation, tasks []stopCandidate, reason string) {
	running := p.end(g, tasks, reason)
	for batch := range slices.Chunk(running, batchSize) {
		p.say(event.StoppedTasks{Tasks: batch, TaskSet: p.taskSet(g)})
	}
	if n := len(tasks) - len(running); n > 0 {
		p.say(event.StoppedPending{Tasks: n})
	}
}

// end puts the end of tasks into the plan, and returns the ids of those that ran.
func (p *planner) end(g *generation, tasks []stopCandidate, reason string) (running []string) {
	if len(tasks) == 0 {
		return nil
	}
	stops := verb.StopTasks{Reason: reason}
	for _, t := range tasks {
		p.stopping[t.task.ARN] = true
		stops.Tasks = append(stops.Tasks, t.task.ARN)
		if t.task.Status.LastStatus == state.Running {
			running = append(running, arn.Name(t.task.ARN))
		}
	}
	p.do(stops)
	g.deployment.UpdatedAt = p.now
	g.stopped(tasks)
	return running
}
