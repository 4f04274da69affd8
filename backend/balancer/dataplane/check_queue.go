package dataplane

import (
	"container/heap"
	"time"
)

// checkQueue is the targets that are to be checked, by time. Its zero value is empty. The
// balancer's lock guards it.
type checkQueue struct{ due dueTargets }

// next returns when the first target is due, if there is one.
func (q *checkQueue) next() (time.Time, bool) {
	if len(q.due) == 0 {
		return time.Time{}, false
	}
	return q.due[0].next, true
}

// has reports whether a target waits for its check.
func (q *checkQueue) has(t *target) bool { return t.place >= 0 }

// add has a target checked at a time.
func (q *checkQueue) add(t *target, at time.Time) {
	t.next = at
	heap.Push(&q.due, t)
}

// advance has a target that waits checked no later than a time.
func (q *checkQueue) advance(t *target, soonest time.Time) {
	if t.next.After(soonest) {
		t.next = soonest
		heap.Fix(&q.due, t.place)
	}
}

// remove has a target not checked, if it waits.
func (q *checkQueue) remove(t *target) {
	if t.place >= 0 {
		heap.Remove(&q.due, t.place)
	}
}

// take removes and returns a target that is due, or nil.
func (q *checkQueue) take(now time.Time) *target {
	if at, ok := q.next(); !ok || at.After(now) {
		return nil
	}
	return heap.Pop(&q.due).(*target)
}

// dueTargets is a heap by the time of the next check.
type dueTargets []*target

func (d dueTargets) Len() int           { return len(d) }
func (d dueTargets) Less(i, j int) bool { return d[i].next.Before(d[j].next) }
func (d dueTargets) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}

// Push and Pop are heap.Interface's.
func (d *dueTargets) Push(x any) {
	t := x.(*target)
	t.place = len(*d)
	*d = append(*d, t)
}

func (d *dueTargets) Pop() any {
	old := *d
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*d = old[:len(old)-1]
	t.place = -1
	return t
}
