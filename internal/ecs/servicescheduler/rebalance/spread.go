// Package rebalance decides which tasks of a service change their Availability Zone, by counts alone.
//
//	s := rebalance.New([]string{"a", "b", "c"}, map[string]int{"a": 4, "b": 1})
//	for from, to, ok := s.Move(); ok; from, to, ok = s.Move() { // a to c, then a to b
//		s.Start(to)
//		s.Stop(from)
//	}
//
// Zones are balanced if none has two tasks more than another one. Each move makes them more even, so that
// moves come to an end, also where something stands in the way of some.
//
// Source: ECS developer guide, balancing a service across Availability Zones.
package rebalance

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Zone is an Availability Zone with the number of tasks that are to run there.
type Zone struct {
	Name  string
	Tasks int
	// Kept are the Tasks that must not be stopped.
	Kept int
	// Closed: no further task can be placed there.
	Closed bool
}

// Spread is how the tasks of a service are spread over the zones in which they may be.
type Spread struct{ zones []Zone } // by name

// New is a spread over zones. What tasks has of other zones is left out: it can neither grow nor be told
// from what leaves by itself.
func New(zones []string, tasks map[string]int) *Spread {
	s := &Spread{}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(zones))) {
		s.zones = append(s.zones, Zone{Name: name, Tasks: tasks[name]})
	}
	return s
}

// Even reports whether zones with so many tasks are balanced, with any other zones beside them.
func Even(tasks map[string]int) bool {
	for n := range maps.Values(tasks) {
		if n > 1 {
			return false
		}
	}
	return true
}

// Balanced reports whether no zone has two tasks more than another one.
func (s *Spread) Balanced() bool {
	return len(s.zones) == 0 || slices.MaxFunc(s.zones, byTasks).Tasks-slices.MinFunc(s.zones, byTasks).Tasks <= 1
}

func byTasks(a, b Zone) int { return cmp.Compare(a.Tasks, b.Tasks) }

// Move is the next task that should change its zone; it is not ok where none should, or can. Of zones
// alike, the first by name loses one, and the first by name gets it.
//
//	a 4, b 1, c 1:            a to b
//	a 3, b 2, c 1:            a to c
//	a 2, b 2, c 1:            none
//	a 4, b 1, c 0 is closed:  a to b
//	a 4 are kept, b 3, c 1:   b to c
func (s *Spread) Move() (from, to string, ok bool) {
	fullest, gives := s.fullest()
	open := slices.DeleteFunc(slices.Clone(s.zones), func(z Zone) bool { return z.Closed })
	if !gives || len(open) == 0 {
		return "", "", false
	}
	emptiest := slices.MinFunc(open, byTasks)
	return fullest.Name, emptiest.Name, fullest.Tasks-emptiest.Tasks > 1
}

// fullest is the zone with the most tasks of those that can give up one.
func (s *Spread) fullest() (fullest Zone, found bool) {
	giving := slices.DeleteFunc(slices.Clone(s.zones), func(z Zone) bool { return z.Kept >= z.Tasks })
	if len(giving) == 0 {
		return Zone{}, false
	}
	return slices.MaxFunc(giving, byTasks), true
}

// Surplus is the zone that gives up a task for one that has been started elsewhere. It is not ok where
// tasks must be kept: to stop the one that was started would be no move.
//
//	a 4, b 2 of which one is new:              a
//	a 4, b 2, all of a have come to be kept:   none
func (s *Spread) Surplus() (from string, ok bool) {
	fullest, gives := s.fullest()
	if !gives {
		return "", false
	}
	least, most := slices.MinFunc(s.zones, byTasks), slices.MaxFunc(s.zones, byTasks)
	return fullest.Name, fullest.Tasks > least.Tasks || fullest.Tasks == most.Tasks
}

// Blocked reports whether a task would move that must be kept, and none can.
func (s *Spread) Blocked() bool {
	if _, _, can := s.Move(); can {
		return false
	}
	free := &Spread{slices.Clone(s.zones)}
	for i := range free.zones {
		free.zones[i].Kept = 0
	}
	_, _, would := free.Move()
	return would
}

// Keep says that so many tasks of a zone must not be stopped.
func (s *Spread) Keep(zone string, n int) { s.change(zone, func(z *Zone) { z.Kept += n }) }

// Close says that no further task can be placed in a zone.
func (s *Spread) Close(zone string) { s.change(zone, func(z *Zone) { z.Closed = true }) }

// Start counts a task that starts in a zone.
func (s *Spread) Start(zone string) { s.change(zone, func(z *Zone) { z.Tasks++ }) }

func (s *Spread) Stop(zone string) { s.change(zone, func(z *Zone) { z.Tasks-- }) }

func (s *Spread) change(zone string, fn func(*Zone)) {
	for i := range s.zones {
		if s.zones[i].Name == zone {
			fn(&s.zones[i])
		}
	}
}

// Zones are the zones, those with the most tasks first.
func (s *Spread) Zones() []Zone {
	zones := slices.Clone(s.zones)
	sorting.By(zones, func(a, b Zone) int { return byTasks(b, a) })
	return zones
}

// Crowded are the zones in which a further place would move no task.
func Crowded(tasks map[string]int) (zones []string) {
	most := 0
	for n := range maps.Values(tasks) {
		most = max(most, n)
	}
	for zone, n := range tasks {
		if most-n <= 1 {
			zones = append(zones, zone)
		}
	}
	slices.Sort(zones)
	return zones
}
