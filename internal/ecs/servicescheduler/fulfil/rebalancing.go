package fulfil

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/rebalance"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Rebalance moves tasks of a generation between Availability Zones, once the service is in its steady state: tasks start
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
func (e *Executor) Rebalance(g Target) {
	now := &e.Service.Rebalancing
	now.Extra = max(0, min(g.Extra, g.Counts.Active-g.Wanted))
	if g.Healthy != g.Wanted+now.Extra || g.Counts.Active != g.Healthy || g.Leaving > 0 || e.unplaced != nil {
		return
	}
	placed := inZones(e.Summary, g.Of)
	if !now.InProgress && (!e.Service.Steady || rebalance.Even(placed)) {
		return
	}
	s := e.spread(g.Generation, placed)
	if !now.InProgress && s.Balanced() {
		e.hearOfZones(g.Generation, placed)
		return
	}
	if !now.InProgress {
		now.InProgress = true
		e.Plan.Say(event.RebalancingStarted{Zones: zoneTasks(s)})
	}
	if e.stopMoved(g, s); now.Extra == 0 {
		e.startMoves(g, s)
	}
}

// EndRebalancing ends it where it may not go on. Tasks that it has started are too many then, as any others.
func (e *Executor) EndRebalancing() {
	if e.Service.Rebalancing.InProgress {
		e.Service.Rebalancing = state.Rebalancing{}
		e.Plan.Say(event.RebalancingStopped{})
	}
}

// KeepMoved keeps the tasks that stand in for others in their zone from being too many. After a change of
// the desired count all tasks are alike.
func (e *Executor) KeepMoved(in Desired) {
	if g := &in.Targets[0]; g.Of.DesiredCount == g.Wanted {
		g.Extra = e.Service.Rebalancing.Extra
	}
}

// spread is that of a generation over the zones in which its tasks may be. Which container instances suit
// them is looked at only if zones are out of balance that have some.
func (e *Executor) spread(g *observe.Generation, placed map[string]int) *rebalance.Spread {
	s := rebalance.New(e.Zones(g.Of), placed)
	if !s.Balanced() && observe.OnInstances(g.Of) {
		s = rebalance.New(e.Instances.ZonesFor(g.Of), placed)
	}
	if g.Counts.Protected > 0 {
		for _, t := range e.Tasks(g) {
			if t.Protected {
				s.Keep(t.Placement.Zone, 1)
			}
		}
	}
	return s
}

// hearOfZones has the service wake when there is a container instance in a zone that may get tasks of it.
func (e *Executor) hearOfZones(g *observe.Generation, placed map[string]int) {
	if observe.OnInstances(g.Of) {
		e.Plan.Crowded = rebalance.Crowded(placed)
	}
}

// stopMoved stops a task for each that has been started in its stead. All are healthy.
func (e *Executor) stopMoved(g Target, s *rebalance.Spread) {
	now := &e.Service.Rebalancing
	if now.Extra == 0 {
		return
	}
	tasks := inStopOrder(e.Tasks(g.Generation))
	pick := pickerOf(e.Instances, g.Of, tasks)
	chosen := map[string][]observe.Task{}
	var zones []string
	for n := min(now.Extra, maxStops); n > 0; n-- {
		zone, ok := s.Surplus()
		if !ok {
			e.tellZoneProtected(g, s)
			break
		}
		free := slices.DeleteFunc(slices.Clone(tasks), func(t observe.Task) bool {
			return t.Protected || t.Placement.Zone != zone || slices.ContainsFunc(chosen[zone], func(c observe.Task) bool { return c.Task == t.Task })
		})
		if chosen[zone] == nil {
			zones = append(zones, zone)
		}
		chosen[zone] = append(chosen[zone], pick(free, 1)...)
		s.Stop(zone)
		now.Extra--
	}
	for _, zone := range zones {
		for batch := range slices.Chunk(e.end(g.Generation, chosen[zone], reasonRebalancing(g.Of.ID)), event.BatchSize) {
			e.Plan.Say(event.StoppedInZone{Zone: zone, Tasks: batch})
		}
	}
}

// startMoves starts tasks in the zones with the fewest. If there is nothing to move any more, rebalancing is complete.
func (e *Executor) startMoves(g Target, s *rebalance.Spread) {
	if s.Balanced() {
		e.Service.Rebalancing = state.Rebalancing{}
		e.Plan.Say(event.RebalancingCompleted{Zones: zoneTasks(s)})
		return
	}
	room := min(e.Upper()-e.Present(), e.mostStarts())
	if _, _, moves := s.Move(); moves && (room <= 0 || e.held(g.Generation)) {
		return
	}
	if e.OnFargate != nil && !observe.OnInstances(g.Of) {
		if granted, _ := e.OnFargate(g.Of, room); len(granted) < room {
			room = len(granted)
			e.Plan.Wake(e.Now.Add(RetryPlacement))
		}
	}
	places := e.placesIn(g.Generation)
	var starts []verb.StartTasks
	for n := 0; n < room; {
		from, to, ok := s.Move()
		if !ok {
			break
		}
		place, misses := places(to)
		if len(misses) > 0 {
			s.Close(to)
			e.lackRoomIn(to, misses)
			continue
		}
		s.Start(to)
		s.Stop(from)
		starts = withStart(starts, g.Of.ID, to, place)
		n++
	}
	for _, start := range starts {
		e.start(g, start)
		e.Service.Rebalancing.Extra += start.N
	}
	if len(starts) == 0 && s.Blocked() {
		e.tellZoneProtected(g, s)
	}
}

// placesIn finds a place in a zone, or says why there is none. Fargate has room for all, and
// chooses the place when the task is made.
func (e *Executor) placesIn(g *observe.Generation) func(zone string) (state.Placement, []placement.Miss) {
	if !observe.OnInstances(g.Of) {
		return func(string) (state.Placement, []placement.Miss) { return state.Placement{}, nil }
	}
	type on struct{ zone, provider string }
	pool, demands, count := e.Instances.Pool(), map[on]*placement.Demand{}, onProviders(e.Summary, g.Of)
	return func(zone string) (state.Placement, []placement.Miss) {
		at := on{zone, placement.NextProvider(g.Of.Revision.CapacityProviderStrategy, count)}
		if demands[at] == nil {
			demands[at] = e.Instances.DemandOf(g.Of, at.provider).In(zone)
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
func (e *Executor) lackRoomIn(zone string, misses []placement.Miss) {
	e.Plan.Await(plan.ForRoom)
	e.Plan.SayUnlessSaid(event.NewNoPlaceInZone(zone, misses))
}

// tellZoneProtected tells that protected tasks are in the way. The end of a protection wakes the service.
func (e *Executor) tellZoneProtected(g Target, s *rebalance.Spread) {
	kept := 0
	for _, z := range s.Zones() {
		kept += z.Kept
	}
	if observe.OnInstances(g.Of) {
		e.Plan.Await(plan.ForInstances)
	}
	e.Plan.SayUnlessSaid(event.ZoneTasksProtected{Deployment: g.Of.ID, Tasks: kept})
}

func zoneTasks(s *rebalance.Spread) (zones []event.ZoneTasks) {
	for _, z := range s.Zones() {
		zones = append(zones, event.ZoneTasks{Zone: z.Name, Tasks: z.Tasks})
	}
	return zones
}
