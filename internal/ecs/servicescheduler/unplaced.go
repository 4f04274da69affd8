package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
)

// lackRoom takes note that there is no place for a task, of which an event tells. The service
// waits for room, and tries again by itself as well.
//
// Source: ECS developer guide, service event messages.
func (p *planner) lackRoom(g *generation, without *observe.Lack) {
	p.awaits = forRoom
	d := g.deployment
	again := d.UnplacedAt.Add(placementPause(p.service, g))
	p.unplaced = &shortage{g, without, !p.now.Before(again)}
	if !p.unplaced.attempt {
		p.wake(again)
		return
	}
	d.UnplacedAt = p.now
	d.Unplaced++
	if on := without.Fargate; on != nil {
		if on.Outage != nil {
			p.do(verb.TellOutage{Outage: on.Outage})
		}
		p.sayOnce(event.NotPlaced{Reason: on.Reason()})
	} else {
		p.sayOnce(event.NewNoPlace(without.Demand.CapacityProvider, without.Misses))
	}
	p.wake(p.now.Add(placementPause(p.service, g)))
}

// countUnplaced makes an attempt to place a task a failed task of its deployment, if none of that
// has been RUNNING yet and the service itself makes no room: by tasks that stop, those of the plan
// among them, or that become healthy, so that older ones may stop.
//
//	D=4, 200/75, room for 5: start 1, stop 1 old one; the others come as room does, none fails.
//	D=2, 200/100, room for 2: nothing can move; 3 attempts trip the circuit breaker.
//	D=3, room for 2, no older tasks: start 2; attempts count until one of them is RUNNING.
//
// A deployment that restores what still runs has not failed for want of room: see resume.
//
// Source: recorded answers for the counting (ECS0160); ECS developer guide, deployment circuit
// breaker, for the stage in which it counts. That room on its way is waited for is the emulator's
// choice.
func (p *planner) countUnplaced() {
	if p.unplaced == nil || !p.unplaced.attempt {
		return
	}
	g, d := p.unplaced.generation, p.unplaced.deployment
	makesRoom := p.stopsUnderWay() || p.starting() > 0 && p.active() > g.counts.Active
	if inProgress(g) && g.counts.Started == 0 && !makesRoom && !p.resume(g) {
		d.FailedTasks++
		d.FailedAt, d.SeenHealthy = p.now, g.counts.TurnedHealthy
	}
}

// stopsUnderWay reports whether a task is on its way to STOPPED. One whose agent is not connected has not
// heard of it, and may never.
func (p *planner) stopsUnderWay() bool {
	if p.present() == p.active() {
		return false
	}
	for _, g := range p.all() {
		for _, t := range p.in.Tasks(g.deployment.ID) {
			if (t.Stop != nil || p.stopping[t.ARN]) && p.in.Instances.InstanceOf(t) != observe.Unheard {
				return true
			}
		}
	}
	return false
}
