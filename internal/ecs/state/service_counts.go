package state

import (
	"slices"
	"time"
)

// StartCounts counts the tasks of ActiveRunning of one deployment by the time at
// which they reached RUNNING. A service without health checks knows by it how many
// of its tasks have run long enough to count as healthy.
type StartCounts struct {
	DeploymentID string
	At           time.Time // rounded up to the second
	Running      int
}

// StartsKept is for how long StartCounts are kept: those that began longer than
// this before the newest may be missing.
const StartsKept = time.Minute

// placed carries the change of a task into the counts by place; it returns the old
// list if nothing changed.
func placed(old []PlacedCounts, before, after *Task) []PlacedCounts {
	was, is := placeOf(before), placeOf(after)
	if was == is {
		return old
	}
	return slices.DeleteFunc(countPlace(countPlace(slices.Clone(old), was, -1), is, +1), func(p PlacedCounts) bool { return p.Active == 0 })
}

// placeOf is the place in which a task counts; zero if it does not.
func placeOf(t *Task) PlacedCounts {
	if !active(t) {
		return PlacedCounts{}
	}
	return PlacedCounts{
		DeploymentID: t.Spec.DeploymentID, SubnetID: t.Placement.SubnetID, Zone: t.Placement.Zone, CapacityProvider: t.Placement.CapacityProvider,
	}
}

// starts carries the change of a task into the counts by start; it returns the old
// list if nothing changed.
func starts(old []StartCounts, before, after *Task) []StartCounts {
	n := count(activeRunning(after)) - count(activeRunning(before))
	if n == 0 {
		return old
	}
	task := after
	if n < 0 {
		task = before
	}
	began := roundUp(task.Status.StartedAt)
	changed := slices.Clone(old)
	at := slices.IndexFunc(changed, func(s StartCounts) bool {
		return s.DeploymentID == after.Spec.DeploymentID && s.At.Equal(began)
	})
	switch {
	case at >= 0:
		changed[at].Running += n
	case n > 0:
		changed = append(changed, StartCounts{DeploymentID: after.Spec.DeploymentID, At: began, Running: n})
	}
	return slices.DeleteFunc(changed, func(s StartCounts) bool {
		return s.Running == 0 || s.At.Before(began.Add(-StartsKept))
	})
}

func active(t *Task) bool { return t != nil && t.Stop == nil && !t.Ended() }

func activeRunning(t *Task) bool { return active(t) && t.Status.LastStatus == Running }

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// roundUp looks at milliseconds, which is what the durable log keeps.
func roundUp(t time.Time) time.Time {
	t = t.Truncate(time.Millisecond)
	down := t.Truncate(time.Second)
	if down.Equal(t) {
		return down
	}
	return down.Add(time.Second)
}

// PlacedCounts counts the tasks of Active of one deployment by where they were
// placed, so that the next one is balanced, and the balance known, without a list of them all.
type PlacedCounts struct {
	DeploymentID, SubnetID, Zone, CapacityProvider string
	Active                                         int
}

// countPlace adds n to the tasks of a place. It writes to the list.
func countPlace(list []PlacedCounts, place PlacedCounts, n int) []PlacedCounts {
	if place == (PlacedCounts{}) {
		return list
	}
	for i := range list {
		if p := list[i]; p.at(place) {
			list[i].Active += n
			return list
		}
	}
	place.Active = n
	return append(list, place)
}

// at reports whether p counts the tasks of a place.
func (p PlacedCounts) at(place PlacedCounts) bool {
	p.Active = place.Active
	return p == place
}
