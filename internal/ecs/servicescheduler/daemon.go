package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// onEachInstance keeps one task on each ACTIVE container instance that satisfies what the deployment
// asks for that is kept; of such instances there are D. On an instance the old task has to
// be gone before the new one starts, so an update is a rolling one with maximumPercent 100.
//
//	D=3, minimum 0:   stop 3; start each as soon as its instance is free.
//	D=4, minimum 50:  lower 2: stop 2; start 2; when they are healthy, stop 2.
//	D=3, minimum 100: lower 3: nothing can move (announceDeadlock).
//	D=3, a fourth instance comes: start 1 there.
//	D=3, one instance drains: D=2; its task stops when no task but daemons is left there.
//	D=3, one instance no longer satisfies the constraints: D=2, its task stops at once.
//
// Source: ECS developer guide, daemon scheduling strategy.
func onEachInstance(p *planner) desired {
	in := rollingUpdate(p)
	in.onEach = true
	if p.service.Daemons = p.desiredCount(); p.service.Daemons != p.in.Service.Daemons {
		p.say(event.CountUpdated{}) // the count of these services is the scheduler's own. Source: ECS developer guide, service action events
	}
	p.await(forInstances)
	for _, g := range in.targets {
		p.leaveInstances(g)
	}
	return in
}

// daemons are the container instances that shall have a task of a DAEMON service.
type daemons struct {
	wanted []*state.ContainerInstance
	// unheard is how many have a task, but an agent that is not connected: the task goes on,
	// and its state is unknown.
	unheard int
}

func (p *planner) daemons() daemons {
	if p.each == nil {
		g := p.kept()
		if g == nil {
			g = p.primary
		}
		p.each = &daemons{wanted: p.in.Instances.Matching(g.deployment)}
		for _, t := range p.tasks(g) {
			if p.in.Instances.InstanceOf(t.task) == observe.Unheard {
				p.each.unheard++
			}
		}
	}
	return *p.each
}

// leaveInstances takes the tasks out of a generation's counts whose instance shall have
// none, and stops them: at once where the instance no longer satisfies the constraints,
// and last of all where it drains. There, a generation that is replaced does not wait:
// its deployment would with it.
func (p *planner) leaveInstances(g target) {
	if p.in.Instances.Demand(g.deployment) == nil {
		return // its demand is unknown
	}
	matching := map[string]bool{}
	for _, i := range p.in.Instances.Matching(g.deployment) {
		matching[i.ARN] = true
	}
	var drained, stray, waiting []stopCandidate
	for _, t := range p.tasks(g.generation) {
		switch at := p.in.Instances.InstanceOf(t.task); {
		case matching[t.task.Placement.ContainerInstance] || at == observe.Unheard:
		case at != observe.LeavingService:
			stray = append(stray, t)
		case g.drain == whenReplaced || t.condition == pending || p.in.Instances.OnlyDaemons(t.task.Placement.ContainerInstance):
			drained = append(drained, t)
		default:
			waiting = append(waiting, t)
		}
	}
	stray = stray[:min(len(stray), maxStops)]
	p.sayConstraintViolated(stray)
	p.stop(g.generation, stray, reasonScaling(g.deployment.ID))
	p.stop(g.generation, drained[:min(len(drained), maxStops)], reasonDraining)
	if len(waiting) > 0 {
		g.without(waiting)
		p.await(forRoom)
	}
}

// sayConstraintViolated tells of tasks whose container instances are in service, and yet shall have none.
func (p *planner) sayConstraintViolated(stray []stopCandidate) {
	var instances []string
	for _, t := range stray {
		if p.in.Instances.InstanceOf(t.task) == observe.InService {
			instances = append(instances, arn.Name(t.task.Placement.ContainerInstance))
		}
	}
	if len(instances) > 0 {
		p.say(event.ConstraintViolated{Instances: instances})
	}
}

// vacant are the instances that shall have a task and have none, not even one that has yet
// to stop.
func (p *planner) vacant() (vacant []*state.ContainerInstance) {
	has := map[string]bool{}
	for _, g := range p.all() {
		for _, t := range p.in.Tasks(g.deployment.ID) {
			has[t.Placement.ContainerInstance] = true
		}
	}
	for _, i := range p.daemons().wanted {
		if !has[i.ARN] {
			vacant = append(vacant, i)
		}
	}
	return vacant
}

// placeOnEach finds places for up to n tasks on vacant instances. If they are fewer, it says what
// lacks room.
func (p *planner) placeOnEach(g *generation, n int) (places []state.Placement, without *observe.Lack) {
	pool, demand := p.in.Instances.Pool(), p.in.Instances.Demand(g.deployment)
	var misses []placement.Miss
	for _, i := range p.vacant() {
		if len(places) == n {
			break
		}
		if place, reason := pool.PlaceOn(i.ARN, demand); reason == "" {
			places = append(places, place)
		} else {
			misses = append(misses, placement.Miss{Instance: i, Reason: reason})
		}
	}
	if len(places) < n {
		without = &observe.Lack{Demand: demand, Misses: misses}
	}
	return places, without
}

// isDaemon reports whether the service has the scheduling strategy DAEMON.
func (p *planner) isDaemon() bool {
	return p.service.SchedulingStrategy == types.SchedulingStrategyDaemon
}

// desiredCount is how many tasks the service shall have.
func (p *planner) desiredCount() int {
	if p.isDaemon() {
		each := p.daemons()
		return len(each.wanted) + each.unheard
	}
	return p.service.DesiredCount
}
