package fulfil

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// leaveInstances takes the tasks out of a generation's counts whose instance shall have
// none, and stops them: at once where the instance no longer satisfies the constraints,
// and last of all where it drains. There, a generation that is replaced does not wait:
// its deployment would with it.
func (e *Executor) leaveInstances(g Target) {
	if e.Instances.Demand(g.Of) == nil {
		return // its demand is unknown
	}
	matching := map[string]bool{}
	for _, i := range e.Instances.Matching(g.Of) {
		matching[i.ARN] = true
	}
	var drained, stray, waiting []observe.Task
	for _, t := range e.Tasks(g.Generation) {
		switch at := e.Instances.InstanceOf(t.Task); {
		case matching[t.Placement.ContainerInstance] || at == observe.Unheard:
		case at != observe.LeavingService:
			stray = append(stray, t)
		case g.Drain == WhenReplaced || t.Condition == observe.Pending || e.Instances.OnlyDaemons(t.Placement.ContainerInstance):
			drained = append(drained, t)
		default:
			waiting = append(waiting, t)
		}
	}
	stray = stray[:min(len(stray), maxStops)]
	e.sayConstraintViolated(stray)
	e.stop(g.Generation, stray, reasonScaling(g.Of.ID, state.StopStray))
	e.stop(g.Generation, drained[:min(len(drained), maxStops)], reasonDraining)
	if len(waiting) > 0 {
		g.LeaveOut(waiting)
		e.Plan.Await(plan.ForRoom)
	}
}

// sayConstraintViolated tells of tasks whose container instances are in service, and yet shall have none.
func (e *Executor) sayConstraintViolated(stray []observe.Task) {
	var instances []string
	for _, t := range stray {
		if e.Instances.InstanceOf(t.Task) == observe.InService {
			instances = append(instances, arn.Name(t.Placement.ContainerInstance))
		}
	}
	if len(instances) > 0 {
		e.Plan.Say(event.ConstraintViolated{Instances: instances})
	}
}

// vacant are the instances that shall have a task and have none, not even one that has yet
// to stop.
func (e *Executor) vacant() (vacant []*state.ContainerInstance) {
	has := map[string]bool{}
	for _, g := range e.Generations {
		for _, t := range e.Input.Tasks(g.Of.ID) {
			has[t.Placement.ContainerInstance] = true
		}
	}
	for _, i := range e.DaemonInstances() {
		if !has[i.ARN] {
			vacant = append(vacant, i)
		}
	}
	return vacant
}

// placeOnEach finds places for up to n tasks on vacant instances. If they are fewer, it says what
// lacks room.
func (e *Executor) placeOnEach(g *observe.Generation, n int) (places []state.Placement, without *observe.Lack) {
	pool, demand := e.Instances.Pool(), e.Instances.Demand(g.Of)
	var misses []placement.Miss
	for _, i := range e.vacant() {
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
