package fulfil

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// lackRoom takes note that there is no place for a task, of which an event tells. The service
// waits for room, and tries again by itself as well.
//
// Source: ECS developer guide, service event messages.
func (e *Executor) lackRoom(g *observe.Generation, without *observe.Lack) {
	e.Plan.Await(plan.ForRoom)
	d := g.Of
	again := d.UnplacedAt.Add(placementPause(e.Service, g))
	e.unplaced = &shortage{g, without, !e.Now.Before(again)}
	if !e.unplaced.attempt {
		e.Plan.Wake(again)
		return
	}
	d.UnplacedAt = e.Now
	d.Unplaced++
	if on := without.Fargate; on != nil {
		if on.Outage != nil {
			e.Plan.Do(verb.TellOutage{Outage: on.Outage})
		}
		e.Plan.SayOnce(event.NotPlaced{Reason: on.Reason()})
	} else {
		e.Plan.SayOnce(event.NewNoPlace(without.Demand.CapacityProvider, without.Misses))
	}
	e.Plan.Wake(e.Now.Add(placementPause(e.Service, g)))
}

// countUnplaced tells of an attempt to place a task, which is a failed task of a deployment, if none of its generation
// has been RUNNING yet and the service itself makes no room: by tasks that stop, those of the plan
// among them, or that become healthy, so that older ones may stop.
//
//	D=4, 200/75, room for 5: start 1, stop 1 old one; the others come as room does, none fails.
//	D=2, 200/100, room for 2: nothing can move; 3 attempts trip the circuit breaker.
//	D=3, room for 2, no older tasks: start 2; attempts count until one of them is RUNNING.
//
// Source: recorded answers for the counting (ECS0160); ECS developer guide, deployment circuit
// breaker, for the stage in which it counts. That room on its way is waited for is the emulator's
// choice.
func (e *Executor) countUnplaced() {
	if e.unplaced == nil || !e.unplaced.attempt {
		return
	}
	g := e.unplaced.Generation
	makesRoom := e.stopsUnderWay() || e.Starting() > 0 && e.Active() > g.Counts.Active
	if g.Counts.Started == 0 && !makesRoom {
		e.kind.Attempted(g)
	}
}

// stopsUnderWay reports whether a task is on its way to STOPPED. One whose agent is not connected has not
// heard of it, and may never.
func (e *Executor) stopsUnderWay() bool {
	if e.Present() == e.Active() {
		return false
	}
	for _, g := range e.Generations {
		for _, t := range e.Input.Tasks(g.Of.ID) {
			if (t.Stop != nil || e.Stopping[t.ARN]) && e.Instances.InstanceOf(t) != observe.Unheard {
				return true
			}
		}
	}
	return false
}
