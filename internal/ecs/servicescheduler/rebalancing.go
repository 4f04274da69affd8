package servicescheduler

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/rebalance"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// rebalance moves tasks between Availability Zones, once the service is in its steady state: tasks start
// in the zones with the fewest as far as upper allows, and when all are healthy as many stop in the zones
// with the most. What else happens meanwhile comes first, and rebalancing waits for it.
//
//	D=6, 200/100, zones a,a,a,a,b,c: start 1 in b and 1 in c; when they are healthy, stop 2 in a.
//	D=6, 117/100: upper 7: start 1 in b, stop 1 in a; start 1 in c, stop 1 in a.
//	D=2, 125/100: upper 2: nothing can start, so rebalancing does not begin.
//	D=4, a,a,a,b, all of a protected: nothing starts, and an event says why.
//
// Source: ECS developer guide, balancing a service across Availability Zones. How many tasks move at a
// time, and that none starts for one that could not stop, is the emulator's choice.
func (p *planner) rebalance(in desired) {
	if !p.rebalances() {
		return
	}
	g, now := in.targets[0], &p.service.Rebalancing
	now.Extra = max(0, min(g.extra, g.counts.Active-g.wanted))
	if g.healthy != g.wanted+now.Extra || g.counts.Active != g.healthy || g.leaving > 0 || p.unplaced != nil {
		return
	}
	placed := inZones(p.in.Summary, g.deployment)
	if !now.InProgress && (!p.service.Steady || rebalance.Even(placed)) {
		return
	}
	s := p.spread(g.generation, placed)
	if !now.InProgress && s.Balanced() {
		p.hearOfZones(g.generation, placed)
		return
	}
	if !now.InProgress {
		now.InProgress = true
		p.say(event.RebalancingStarted{Zones: zoneTasks(s)})
	}
	if p.stopMoved(g, s); now.Extra == 0 {
		p.startMoves(g, s)
	}
}

// rebalances reports whether the service may be rebalanced now. That ENABLED is nothing that its
// placement forbids, CreateService and UpdateService see to.
func (p *planner) rebalances() bool {
	d := p.primary.deployment
	return p.service.AvailabilityZoneRebalancing == types.AvailabilityZoneRebalancingEnabled && !p.isDaemon() &&
		d.Revision.TasksLaunchType() != types.LaunchTypeExternal &&
		d.RolloutState == types.DeploymentRolloutStateCompleted && len(p.older) == 0 && p.upper() > p.desiredCount()
}

// endRebalancing ends it where it may not go on: a deployment has begun, or the service is changed. Tasks
// that it has started are too many then, as any others.
func (p *planner) endRebalancing() {
	if p.service.Rebalancing.InProgress && (!p.rebalances() || p.service.Status() != state.ServiceActive) {
		p.service.Rebalancing = state.Rebalancing{}
		p.say(event.RebalancingStopped{})
	}
}

// keepMoved keeps the tasks that stand in for others in their zone from being too many. After a change of
// the desired count all tasks are alike.
func (p *planner) keepMoved(in desired) {
	if g := &in.targets[0]; g.deployment.DesiredCount == g.wanted {
		g.extra = p.service.Rebalancing.Extra
	}
}

// spread is that of a generation over the zones in which its tasks may be. Which container instances suit
// them is looked at only if zones are out of balance that have some.
func (p *planner) spread(g *generation, placed map[string]int) *rebalance.Spread {
	s := rebalance.New(p.in.Zones(g.deployment), placed)
	if !s.Balanced() && observe.OnInstances(g.deployment) {
		s = rebalance.New(p.in.Instances.ZonesFor(g.deployment), placed)
	}
	if g.counts.Protected > 0 {
		for _, t := range p.tasks(g) {
			if t.protected {
				s.Keep(t.task.Placement.Zone, 1)
			}
		}
	}
	return s
}

// hearOfZones has the service wake when there is a container instance in a zone that may get tasks of it.
func (p *planner) hearOfZones(g *generation, placed map[string]int) {
	if observe.OnInstances(g.deployment) {
		p.crowded = rebalance.Crowded(placed)
	}
}

// stopMoved stops a task for each that has been started in its stead. All are healthy.
func (p *planner) stopMoved(g target, s *rebalance.Spread) {
	now := &p.service.Rebalancing
	if now.Extra == 0 {
		return
	}
	tasks := inStopOrder(p.tasks(g.generation))
	pick := pickerOf(p.in.Instances, g.deployment, tasks)
	chosen := map[string][]stopCandidate{}
	var zones []string
	for n := min(now.Extra, maxStops); n > 0; n-- {
		zone, ok := s.Surplus()
		if !ok {
			p.tellZoneProtected(g, s)
			break
		}
		free := slices.DeleteFunc(slices.Clone(tasks), func(t stopCandidate) bool {
			return t.protected || t.task.Placement.Zone != zone || slices.ContainsFunc(chosen[zone], func(c stopCandidate) bool { return c.task == t.task })
		})
		if chosen[zone] == nil {
			zones = append(zones, zone)
		}
		chosen[zone] = append(chosen[zone], pick(free, 1)...)
		s.Stop(zone)
		now.Extra--
	}
	for _, zone := range zones {
		for batch := range slices.Chunk(p.end(g.generation, chosen[zone], reasonRebalancing(g.deployment.ID)), batchSize) {
			p.say(event.StoppedInZone{Zone: zone, Tasks: batch})
		}
	}
}

// startMoves starts tasks in the zones with the fewest. If there is nothing to move any more, rebalancing is complete.
func (p *planner) startMoves(g target, s *rebalance.Spread) {
	if s.Balanced() {
		p.service.Rebalancing = state.Rebalancing{}
		p.say(event.RebalancingCompleted{Zones: zoneTasks(s)})
		return
	}
	room := min(p.upper()-p.present(), p.mostStarts())
	if _, _, moves := s.Move(); moves && (room <= 0 || p.held(g.generation)) {
		return
	}
	if p.in.OnFargate != nil && !observe.OnInstances(g.deployment) {
		if granted, _ := p.in.OnFargate(g.deployment, room); len(granted) < room {
			room = len(granted)
			p.wake(p.now.Add(retryPlacement))
		}
	}
	places := p.placesIn(g.generation)
	var starts []verb.StartTasks
	for n := 0; n < room; {
		from, to, ok := s.Move()
		if !ok {
			break
		}
		place, misses := places(to)
		if len(misses) > 0 {
			s.Close(to)
			p.lackRoomIn(to, misses)
			continue
		}
		s.Start(to)
		s.Stop(from)
		starts = withStart(starts, g.deployment.ID, to, place)
		n++
	}
	for _, start := range starts {
		p.start(g, start)
		p.service.Rebalancing.Extra += start.N
	}
	if len(starts) == 0 && s.Blocked() {
		p.tellZoneProtected(g, s)
	}
}

// placesIn finds a place in a zone, or says why there is none. Fargate has room for all, and
// chooses the place when the task is made.
func (p *planner) placesIn(g *generation) func(zone string) (state.Placement, []placement.Miss) {
	if !observe.OnInstances(g.deployment) {
		return func(string) (state.Placement, []placement.Miss) { return state.Placement{}, nil }
	}
	type on struct{ zone, provider string }
	pool, demands, count := p.in.Instances.Pool(), map[on]*placement.Demand{}, onProviders(p.in.Summary, g.deployment)
	return func(zone string) (state.Placement, []placement.Miss) {
		at := on{zone, placement.NextProvider(g.deployment.Revision.CapacityProviderStrategy, count)}
		if demands[at] == nil {
			demands[at] = p.in.Instances.DemandOf(g.deployment, at.provider).In(zone)
		}
		place, misses := pool.Place(demands[at])
		if len(misses) == 0 && place.ContainerInstance != "" {
			count[at.provider]++
		}
		return place, placement.MissesIn(zone, misses)
	}
}

// lackRoomIn tells that a zone has no place for a task. The service waits for room there. No attempt is
// counted: it has the tasks that it is to have.
func (p *planner) lackRoomIn(zone string, misses []placement.Miss) {
	p.await(forRoom)
	p.sayUnlessSaid(event.NewNoPlaceInZone(zone, misses))
}

// tellZoneProtected tells that protected tasks are in the way. The end of a protection wakes the service.
func (p *planner) tellZoneProtected(g target, s *rebalance.Spread) {
	kept := 0
	for _, z := range s.Zones() {
		kept += z.Kept
	}
	if observe.OnInstances(g.deployment) {
		p.await(forInstances)
	}
	p.sayUnlessSaid(event.ZoneTasksProtected{Deployment: g.deployment.ID, Tasks: kept})
}

func zoneTasks(s *rebalance.Spread) (zones []event.ZoneTasks) {
	for _, z := range s.Zones() {
		zones = append(zones, event.ZoneTasks{Zone: z.Name, Tasks: z.Tasks})
	}
	return zones
}
