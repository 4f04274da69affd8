package service

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/placement"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// An attempt to place tasks counts as one if it comes so long after the one before:
//
//	attempts   1 … 15  16    17    …  21       22 and more
//	pause      14 s    28 s  56 s     896 s    27 min
//
// Room that appears in between is used at once. The circuit breaker counts attempts, so a
// deployment that has one goes on as it began, until it fails.
//
// Source: recorded answers (ECS0160) for 15 attempts in three and a half minutes; ECS
// developer guide, service throttle logic, which counts a lack of resources among its
// causes, for pauses that grow and the longest one. How they grow is not published.
const (
	retryPlacement = 14 * time.Second
	evenAttempts   = 15
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

// lackRoom takes note that there is no place for a task: an attempt that failed, of which
// the deployment's failedTasks and an event tell. The service waits for room, and tries
// again by itself as well.
//
// Source: recorded answers for the counting; ECS developer guide, service event messages.
func (p *planner) lackRoom(g *generation, misses []placement.Miss) {
	p.awaits = forRoom
	d := g.deployment
	if again := d.UnplacedAt.Add(p.placementPause(g)); p.now.Before(again) {
		p.wake(again)
		return
	}
	d.UnplacedAt = p.now
	d.Unplaced++
	if inProgress(g) {
		d.FailedTasks++
		d.FailedAt, d.SeenHealthy = p.now, g.counts.TurnedHealthy
	}
	p.sayOnce(unplaced(p.service.Name, misses))
	p.wake(p.now.Add(p.placementPause(g)))
}

// unplaced says which container instance comes closest to what a task needs, and what it
// lacks. Source: recorded answers for a cluster without instances; ECS developer guide,
// service event messages; public logs.
func unplaced(service string, misses []placement.Miss) string {
	m := fmt.Sprintf("(service %s) was unable to place a task because no container instance met all of its requirements.", service)
	if closest, found := placement.Closest(misses); found {
		m += fmt.Sprintf(" The closest matching (container-instance %s) %s.", arn.Name(closest.Instance.ARN), shortcoming(closest.Reason))
	} else {
		m += " The reason for failure is " + placement.NoContainerInstances
	}
	return m + troubleshooting
}

// shortcoming is how an event speaks of a reason. Source: public logs and ECS developer
// guide for those of CPU, memory, ports, attributes and constraints; ECS0164 for those of
// the agent and of network interfaces; the others are made by analogy.
func shortcoming(reason string) string {
	switch reason {
	case placement.ResourceCPU:
		return "has insufficient CPU units available"
	case placement.ResourceMemory:
		return "has insufficient memory available"
	case placement.ResourcePorts:
		return "is already using a port required by your task"
	case placement.Attribute:
		return "is missing an attribute required by your task"
	case placement.ResourceGPU:
		return "has insufficient GPU resource"
	case placement.Agent:
		return "doesn't have the agent connected"
	}
	return `encountered error "` + strings.TrimSpace(reason) + `"`
}
