package servicescheduler

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// carryOut is the executor: it brings about what a strategy wants, as far as the bounds
// and the health of tasks allow now. Starts come before stops, and among generations that
// are replaced the oldest gives its tasks first.
func (p *planner) carryOut(in desired) {
	for _, g := range in.targets {
		g.deployment.DesiredCount = g.wanted
	}
	if !in.onEach {
		p.stopPendingOnDraining()
	}
	for _, g := range in.targets {
		if g.grows {
			p.startMissing(in, g)
			p.replaceUnhealthy(in, g)
		}
	}
	for _, g := range slices.Backward(in.targets) {
		if g.drain == whenReplaced {
			p.stopReplaced(in, g)
		}
	}
	for _, g := range in.targets {
		if g.drain == atOnce && !in.onEach {
			p.stopLeaving(in, g)
			p.stopSurplus(g)
		}
	}
	p.stopSpare(in)
	p.countUnplaced()
	p.announceProtection()
	p.announceDeadlock(in)
}

// room is how many tasks of a generation may be started now; it is negative after a scale-in.
func (p *planner) room(in desired, g *generation) int {
	if in.apart {
		return in.upper - g.counts.Left
	}
	return in.upper - p.present()
}

// spare is how many healthy tasks of a generation may be stopped now.
func (p *planner) spare(in desired, g target) int {
	switch {
	case in.apart && g.drain == whenReplaced:
		return g.healthy // it goes as a whole
	case in.apart:
		return g.healthy - in.lower
	}
	serving := p.healthy()
	for _, other := range in.targets {
		if other.idle {
			serving -= other.healthy
		}
	}
	switch {
	case g.idle && (serving >= in.lower || in.upper <= in.lower): // else they would take the room for good
		return g.healthy
	case g.idle: // traffic may come to them by rules that the service does not name, or be led to them by hand
		return p.healthy() - in.lower
	}
	return serving - in.lower
}

// lacks is how many tasks of a generation may be started now.
func (p *planner) lacks(in desired, g target) int {
	if in.onEach {
		return len(p.vacant())
	}
	return min(g.missing(), p.room(in, g.generation))
}

func (p *planner) startMissing(in desired, g target) {
	missing := p.lacks(in, g)
	n := min(missing, p.mostStarts())
	if n <= 0 || p.held(g.generation) {
		return
	}
	start := verb.StartTasks{DeploymentID: g.deployment.ID, N: n}
	var without *observe.Lack
	switch {
	case in.onEach:
		start.Places, without = p.placeOnEach(g.generation, n)
		start.N = len(start.Places)
	case observe.OnInstances(g.deployment) && len(g.deployment.Revision.CapacityProviderStrategy) > 0:
		start.Places, without = p.placeByStrategy(g.generation, min(missing, maxStarts))
		start.N = len(start.Places)
	case observe.OnInstances(g.deployment):
		start.Places, without = p.in.Instances.Place(g.deployment, n)
		start.N = len(start.Places)
	case p.in.OnFargate != nil:
		places, taken := p.in.OnFargate(g.deployment, missing) // one behind many without a place may have one
		start.Places = places[:min(len(places), maxStarts)]
		start.N = len(start.Places)
		if taken != nil && taken.Answer == quota.TooFast {
			p.wake(p.now.Add(relaunch))
		} else if taken != nil {
			without = &observe.Lack{Fargate: taken}
		}
	}
	p.start(g, start)
	if without != nil {
		p.lackRoom(g.generation, without)
	}
}

func (p *planner) mostStarts() int {
	if p.in.Probe {
		return 1
	}
	return maxStarts
}

// start puts starts into the plan.
func (p *planner) start(g target, start verb.StartTasks) {
	n := start.N
	if n == 0 {
		return
	}
	lacking := max(0, g.wanted-g.counts.Active)
	start.Replacing = min(g.unhealthy, max(0, n-lacking))
	start.TaskSet = p.taskSet(g.generation)
	p.do(start)
	g.deployment.UpdatedAt, g.deployment.Unplaced = p.now, 0
	g.counts.Active += n
	g.counts.Pending += n
	g.counts.Left += n
	g.generation.starting += n
}

// held reports whether no task of a generation can be started now, wherever there is room.
func (p *planner) held(g *generation) bool {
	if obstacle := obstacle(&p.in, g); obstacle != "" {
		p.sayOnce(event.NotLaunched{Err: obstacle})
		p.wake(p.now.Add(retryLaunch))
		return true
	}
	return p.throttled(g.deployment)
}

// relaunch is after how long a service launches the next of the tasks for which Fargate's rate had no room.
const relaunch = time.Second

// retryLaunch is after how long a start that could not be made is tried again.
const retryLaunch = time.Minute

// replaceUnhealthy stops tasks that failed their health checks. Their replacements come
// first where upper and the container instances have room (startMissing does not count
// unhealthy tasks as present), and each that becomes healthy relieves one; without room, one
// is stopped at a time to make it, where its end does, or where its container instance drains.
//
//	D=2, maximumPercent 200: 1 healthy + 1 unhealthy: start 1, wait until 2 are
//	healthy, stop the unhealthy one.
//	D=2, maximumPercent 100: stop the unhealthy one, then start 1.
//	D=2, maximumPercent 200: the replacement fails too, 1 + 2: stop one, start 1.
//	D=2, maximumPercent 200, both need port 80 of the only 2 instances: stop one, start 1.
//
// Source: ECS API reference, maximumPercent.
func (p *planner) replaceUnhealthy(in desired, g target) {
	if g.unhealthy == 0 {
		return
	}
	n := min(g.unhealthy, max(0, g.healthy+g.unused+g.unhealthy-g.wanted))
	makesRoom := func(stopCandidate) bool { return true }
	settled := g.starting == 0 && g.counts.Left == g.counts.Active // nothing on its way in or out
	if !in.apart {
		settled = settled && p.present() == p.active()
	}
	switch {
	case n > 0:
	case settled && (p.room(in, g.generation) <= 0 || in.onEach && p.unplaced != nil):
		n = 1
	case settled && p.unplaced != nil:
		n, makesRoom = 1, func(t stopCandidate) bool { return t.leaving || p.unplaced.relieved(t, p.in.Instances) }
	default:
		return
	}
	var chosen []stopCandidate
	for _, t := range p.tasks(g.generation) {
		if t.condition == unhealthy && len(chosen) < min(n, maxStops) && makesRoom(t) {
			chosen = append(chosen, t)
			p.say(failedHealthChecks(t.task))
			if t.task.UnhealthyInstance() {
				p.say(event.UnhealthyInstance{})
			}
		}
	}
	p.fail(g.generation, len(chosen))
	for _, alike := range byReason(chosen) {
		p.stop(g.generation, alike, reasonUnhealthy(alike[0].task))
	}
}

// announceDeadlock says that the bounds let nothing move, once nothing is on its way
// that could change it.
func (p *planner) announceDeadlock(in desired) {
	lacks := slices.ContainsFunc(in.targets, func(g target) bool { return g.grows && g.missing() > 0 })
	moving := p.starting() > 0 || p.present() != p.active()
	if p.spared != nil || moving || !lacks || in.apart || p.room(in, nil) > 0 || len(in.targets) == 1 {
		return
	}
	p.sayOnce(event.Deadlocked{})
}
