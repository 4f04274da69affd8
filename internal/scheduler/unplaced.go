package scheduler

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/scheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func (p *planner) placementPause(g *generation) time.Duration {
	pause := retryPlacement
	if circuitBreaker(p.service).Enable && inProgress(g) {
		return pause
	}
	for range g.deployment.Unplaced - evenAttempts {
		if pause *= 2; pause >= greatestDelay {
			return greatestDelay
		}
	}
	return pause
}

// place finds places for up to n tasks of a generation on container instances. If they are
// fewer, misses says why the next one has none.
func (p *planner) place(g *generation, n int) (places []state.Placement, misses []placement.Miss) {
	pool, demand := p.in.Instances.Pool(), p.in.Instances.Demand(g.deployment)
	for len(places) < n {
		place, misses := pool.Place(demand)
		if place.ContainerInstance == "" {
			return places, misses
		}
		places = append(places, place)
	}
	return places, nil
}

// shortage is a generation that lacks a task for which there is no place, and why there is none.
type shortage struct {
	*generation
	misses  []placement.Miss
	attempt bool // it has been long enough since the one before
}

// relieves reports whether the end of a task gives a place to the one without: its instance lacks
// what tasks have taken, and is not unsuitable for another reason.
func (p *planner) relieves(t stopCandidate) bool {
	instance := t.task.Placement.ContainerInstance
	return slices.ContainsFunc(p.unplaced.misses, func(m placement.Miss) bool {
		return m.Instance.ARN == instance && m.Taken()
	}) && p.in.Instances.Pool().Suits(instance, p.in.Instances.Demand(p.unplaced.deployment))
}

// lackRoom takes note that there is no place for a task, of which an event tells. The service
// waits for room, and tries again by itself as well.
//
// Source: ECS developer guide, service event messages.
func (p *planner) lackRoom(g *generation, misses []placement.Miss) {
	p.awaits = forRoom
	d := g.deployment
	again := d.UnplacedAt.Add(p.placementPause(g))
	p.unplaced = &shortage{g, misses, !p.now.Before(again)}
	if !p.unplaced.attempt {
		p.wake(again)
		return
	}
	d.UnplacedAt = p.now
	d.Unplaced++
	p.sayOnce(event.NewNoPlace(misses))
	p.wake(p.now.Add(p.placementPause(g)))
}

// countUnplaced makes an attempt to place a task a failed task of its deployment, if none of that
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
func (p *planner) countUnplaced() {
	if p.unplaced == nil || !p.unplaced.attempt {
		return
	}
	g, d := p.unplaced.generation, p.unplaced.deployment
	makesRoom := p.stopsUnderWay() || p.starting() > 0 && p.active() > g.counts.Active
	if inProgress(g) && g.counts.Started == 0 && !makesRoom {
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
			if (t.Stop != nil || p.stopping[t.ARN]) && p.instanceOf(t) != unheard {
				return true
			}
		}
	}
	return false
}
